"""How text is drawn for a terminal: visible characters, widths, colour, and source excerpts."""
