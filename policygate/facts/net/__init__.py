"""Who is who and what talks to what, as all files say it together; what each format says of the network."""
