"""rewrites - harmless changes to a message's text: what it means stays, what is said of it too.

Each takes and gives the octets of one message. RFC 3261 7.3.1 (order, case, folding, white space),
7.3.3 (compact forms), 25.1 (where white space may stand)."""
import re

COMPACT = {
    'call-id': 'i', 'contact': 'm', 'content-encoding': 'e', 'content-length': 'l',
    'content-type': 'c', 'event': 'o', 'from': 'f', 'refer-to': 'r', 'subject': 's',
    'supported': 'k', 'to': 't', 'via': 'v',
}
# Values in which separators may have white space around them.
STRUCTURED = {'via', 'from', 'to', 'contact', 'authorization', 'www-authenticate'}
PIECE = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^>]*>|[^"<]+|.')


def headers(change):
    """A rewrite from a function of the list [(name, value)] of headers."""
    def rewrite(data):
        head, empty, body = data.partition(b'\r\n\r\n')
        start, *lines = head.split(b'\r\n')
        if not empty or not all(b':' in line for line in lines):
            return data
        pairs = [line.split(b':', 1) for line in lines]
        return b'\r\n'.join([start] + [n + b':' + v for n, v in change(pairs)]) + empty + body
    return rewrite


def lower(name):
    return name.decode('latin-1').strip().lower()


def outside(value, change):
    """Changes what stands neither in quotes nor in <>."""
    return b''.join(p if p[:1] in b'"<' else change(p) for p in PIECE.findall(value))


@headers
def compact(pairs):
    return [(COMPACT.get(lower(n), n.decode('latin-1')).encode('latin-1'), v) for n, v in pairs]


@headers
def letters(pairs):
    return [(n.upper() if i % 2 else n.lower(), v) for i, (n, v) in enumerate(pairs)]


@headers
def order(pairs):
    """The other way round; those of one name stay as they are to each other."""
    return sorted(pairs, key=lambda pair: lower(pair[0]), reverse=True)


def fold_value(name, value):
    if lower(name) in STRUCTURED:
        value = outside(value, lambda p: re.sub(rb'([;,])', rb'\r\n \1', p))
    return b'\r\n\t' + value.lstrip()


@headers
def folded(pairs):
    return [(n, fold_value(n, v)) for n, v in pairs]


def space_value(name, value):
    if lower(name) not in STRUCTURED:
        return value
    value = outside(value, lambda p: re.sub(rb'\s*([;=,])\s*', rb' \1\t', p))
    if lower(name) == 'via':
        value = re.sub(rb'SIP/2\.0/(\w+) (\[[^]]*\]|[^ :;]+):', rb'SIP / 2.0 /\t\1  \2 : ', value)
    return value


@headers
def spaced(pairs):
    return [(n + b' ', b'\t ' + space_value(n, v.strip()) + b'  ') for n, v in pairs]


@headers
def unknown(pairs):
    """Headers that nobody knows, and another User-Agent."""
    others = [(n, b' Vendor/7 (x; "y" <z>)' if lower(n) in ('user-agent', 'server') else v)
              for n, v in pairs]
    return [(b'X-Vendor-Trace', b' a=1;a=2, "<", sip:x')] + others + [(b'P-Note', b'')]
