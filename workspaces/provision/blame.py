"""What a failed installation lacked, in a few words, read from what it printed. Pure."""

import re

_NO_COMPILER = r"(?:error: command '|unable to execute '|Unknown compiler\(s\)[^\n]*')(\w[\w+-]*)'"
_NO_RUST = r"can't find Rust compiler|(?:cargo|rustc)[^\n]*(?:not found|not installed|No such file)"
_NO_ANSWER = (
    r"error sending request for url \((\S+?)\)|Failed to fetch: `?(\S+?)`?\s|Could not connect to[^\n]*?(https?://\S+)"
)
_NO_ADDRESS = r"NewConnectionError|Temporary failure in name resolution|Could not resolve host: (\S+)"
_TOOLS = r"(pg_config|mysql_config|krb5-config|xml2-config|curl-config|pkg-config)\b.*not found"
_SIGNS = (  # what is printed, and what it means; the first that fits, since what comes later follows from it
    (r"fatal error: ([\w./+-]+\.h\w*): No such file", "the C header {0!r} is missing"),
    (_TOOLS, "the program {0!r} is missing"),
    (r"cannot find -l(\w+)", "the system library 'lib{0}' is missing"),
    (_NO_COMPILER, "the compiler {0!r} failed or is missing"),
    (_NO_RUST, "a Rust compiler is missing"),
    (_NO_ANSWER, "the network: {0} cannot be reached"),
    (_NO_ADDRESS, "the network cannot be reached"),
    (r"Because ([\w.-]+) was not found in the package registry", "the package {0!r} is in no index"),
    (r"Because ([\w.-]+) was not found in the provided package locations", "the package {0!r} is in no index"),
    (r"Because there (?:is|are) no versions? of ([\w.-]+(?:[=<>~!]=?\S+)?)", "no version {0!r} is in an index"),
    (r"Because only ([\w.-]+[=<>~!]=?\S+) (?:is|are) available", "of a package only {0!r} is in an index"),
    (r"Because the (?:requested|current) Python version[^\n]*?does not satisfy (Python[^\s,]+)", "{0} is needed"),
    (r"No matching distribution found for (\S+)", "the package {0!r} is in no index"),
    (r"Requested extra not found: (\S+)", "the extra {0!r} is not declared"),
    (r"No module named '?([\w.]+)'?", "the module {0!r} is missing while something is built"),
    (r"Failed to (?:download and )?build[: ]*`?([^`\s]+)`?", "{0!r} cannot be built"),
    (r"No space left on device", "space on the disk is missing"),
    (r"([\w./-]+): (?:command )?not found", "the program {0!r} is missing"),
)
_PACKAGES = {  # the Debian package of a header or program that builds often ask for
    "Python.h": "python3-dev",
    "libpq-fe.h": "libpq-dev",
    "pg_config": "libpq-dev",
    "mysql.h": "default-libmysqlclient-dev",
    "mysql_config": "default-libmysqlclient-dev",
    "ffi.h": "libffi-dev",
    "openssl/ssl.h": "libssl-dev",
    "openssl/opensslv.h": "libssl-dev",
    "libxml/xmlversion.h": "libxml2-dev",
    "xml2-config": "libxml2-dev",
    "ldap.h": "libldap2-dev",
    "lber.h": "libldap2-dev",
    "sasl/sasl.h": "libsasl2-dev",
    "jpeglib.h": "libjpeg-dev",
    "zlib.h": "zlib1g-dev",
    "curl/curl.h": "libcurl4-openssl-dev",
    "curl-config": "libcurl4-openssl-dev",
    "sql.h": "unixodbc-dev",
    "git2.h": "libgit2-dev",
    "acl/libacl.h": "libacl1-dev",
    "sys/acl.h": "libacl1-dev",
    "cups/http.h": "libcups2-dev",
    "dbus/dbus.h": "libdbus-1-dev",
    "krb5-config": "libkrb5-dev",
    "gssapi/gssapi.h": "libkrb5-dev",
}
NETWORK = "the network"
"""How what `missing` says begins where nothing can be downloaded: another try would not help."""


def missing(output: str) -> str:
    """What was not there; empty where nothing known is said."""
    for sign, meaning in _SIGNS:
        if found := re.search(sign, output):
            name = next((group for group in found.groups() if group), "")
            package = f" (Debian: {_PACKAGES[name]})" if name in _PACKAGES else ""
            return f"{meaning.format(name)}{package}{_for(output, found.start())}"
    return ""


def _for(output: str, end: int) -> str:
    """The package that was being built, where it is told before."""
    built = re.findall(r"Failed to (?:download and )?build[: ]*`?([^`\s]+)`?", output[:end])
    return f", while {built[-1]!r} was built" if built else ""
