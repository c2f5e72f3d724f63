"""The built-in functions of Rego that every engine has and answers alike, and those that no rule may call."""

_PURE = "rules are pure"

REFUSED: dict[str, str] = {
    "http.send": f"{_PURE}: they do not ask the network",
    "net.lookup_ip_addr": f"{_PURE}: they do not ask the network",
    "opa.runtime": f"{_PURE}: they do not read the environment",
    "rand.intn": f"{_PURE}: the same input has the same answer",
    "time.now_ns": f"{_PURE}: `input.now` is the date",
    "uuid.rfc4122": f"{_PURE}: the same input has the same answer",
}
"""Name to reason."""

_BY_ARITY = {
    1: """
        abs array.flatten array.reverse base64.decode base64.encode base64.is_valid base64url.decode base64url.encode
        base64url.encode_no_pad bits.negate ceil count crypto.md5 crypto.sha1 crypto.sha256 floor glob.quote_meta
        hex.decode hex.encode intersection is_array is_boolean is_null is_number is_object is_set is_string
        json.is_valid json.marshal json.unmarshal lower max min net.cidr_expand net.cidr_is_valid net.cidr_merge
        object.keys object.union_n product regex.is_valid round semver.is_valid sort strings.reverse sum time.clock
        time.date time.format time.parse_duration_ns time.parse_rfc3339_ns time.weekday to_number trim_space type_name
        union units.parse units.parse_bytes upper urlquery.decode urlquery.decode_object urlquery.encode
        urlquery.encode_object uuid.parse walk yaml.is_valid yaml.unmarshal
    """,
    2: """
        array.concat bits.and bits.lsh bits.or bits.rsh bits.xor concat contains endswith format_int graph.reachable
        graph.reachable_paths indexof indexof_n json.filter json.patch json.remove net.cidr_contains
        net.cidr_intersects numbers.range object.filter object.remove object.subset object.union regex.match
        regex.split semver.compare split sprintf startswith strings.any_prefix_match strings.any_suffix_match
        strings.count strings.replace_n time.diff time.parse_ns trim trim_left trim_prefix trim_right trim_suffix
    """,
    3: """
        array.slice glob.match numbers.range_step object.get regex.find_all_string_submatch_n regex.find_n
        regex.replace replace substring
    """,
    4: "regex.template_match time.add_date",
}

PORTABLE: dict[str, int] = {name: arity for arity, names in _BY_ARITY.items() for name in names.split()}
"""Name to the number of its arguments. `print` is portable too, with any number."""
