"""harmless - changes to a message that mean nothing draw no finding but the notes on how it is written.

tests/flows/variants.py has those that every way of travelling is tried with: compact forms, order, case, folding,
white space, unknown headers, IPv6. Here are more, on each flow and on each sample, one at a time and all at once."""
import re

import flow as flowlang
import variants
from rewrites import headers, lower, outside

from .base import Test, check
from .flows import options_of, passwords

NOTES = {'sip-message-large', 'sip-udp-large', 'sip-compact-form', 'sip-folded-header'}
ADDRESSES = {'from', 'to', 'contact'}
PARAMETERS = {'via', 'from', 'to', 'contact'}


def user_agent(data):
    """Another program's name, in each message."""
    return headers(lambda pairs: [p for p in pairs if lower(p[0]) not in ('user-agent', 'server')]
                   + [(b'Server' if data.startswith(b'SIP/') else b'User-Agent', b' Other/1.0 (comment; (nested))')])(data)


@headers
def further(pairs):
    """Headers of extensions, and of nobody."""
    return [(b'X-Vendor', b' 1, 2;a="b,c"'), *pairs, (b'X-Organization', b' None'), (b'P-Charge', b''), (b'x-VENDOR', b'3')]


@headers
def parameters(pairs):
    """The parameters of a value in another order."""
    def turned(value):
        if value.count(b'<') > 1 or b'"' in value or b',' in value:
            return value
        head, semi, tail = value.partition(b'>') if b'<' in value else (b'', b'', value)
        first, *rest = tail.split(b';')
        return head + semi + b';'.join([first, *reversed(rest)])
    return [(n, turned(v) if lower(n) in PARAMETERS else v) for n, v in pairs]


@headers
def parameter_names(pairs):
    """Names of parameters, and tokens that are compared without case, in capitals."""
    def loud(value):
        return outside(value, lambda p: re.sub(rb'(?<=;)(\s*)(tag|branch|rport|received|expires|q)(?==|;|$|\s)',
                                               lambda m: m[1] + m[2].upper(), p))
    return [(n, loud(v) if lower(n) in PARAMETERS else v) for n, v in pairs]


@headers
def media_types(pairs):
    return [(n, v.upper() if lower(n) == 'content-type' and b'=' not in v else v) for n, v in pairs]


@headers
def display_names(pairs):
    """A display name where there is none."""
    def named(name, value):
        bare = value.strip()
        if lower(name) not in ADDRESSES or b'"' in bare or b',' in bare or not bare.startswith(b'<'):
            return value
        return b' "A \\"B\\", C; D" ' + bare
    return [(n, named(n, v)) for n, v in pairs]


@headers
def schemes(pairs):
    """The scheme of a URI in capitals: RFC 3261 7.3.1, 19.1.4."""
    return [(n, v.replace(b'<sip:', b'<SIP:') if lower(n) in ADDRESSES else v) for n, v in pairs]


def everything(data):
    for change in (user_agent, further, parameters, parameter_names, media_types, display_names):
        data = change(data)
    return data


CHANGES = [('another User-Agent', user_agent), ('headers of nobody', further), ('parameters in another order', parameters),
           ('parameters in capitals', parameter_names), ('media types in capitals', media_types),
           ('display names', display_names), ('schemes in capitals', schemes), ('all at once', everything)]


def said(report):
    """How often each rule speaks, and how loud."""
    out = {}
    for f in report['findings']:
        key = f['rule'], f['severity']
        out[key] = out.get(key, 0) + f['count']
    return out


def one(suite, path):
    def run():
        flow = flowlang.load(path)
        options = [*passwords(suite, 'harmless', path.stem, flow.settings.get('passwords', [])), *options_of(flow),
                   '--all-findings']

        def look(name, variant):
            capture = suite.folder('harmless') / f'{path.stem}-{name.replace(" ", "-")}.pcap'
            capture.write_bytes(variants.build(flow, variant)[0])
            return said(suite.report(*options, capture))
        was = look('plain', variants.BY_NAME['plain'])
        for name, change in CHANGES:
            now = look(name, variants.Variant(name, rewrite=change))
            new = [f'{rule} ({severity}): {was.get((rule, severity), 0)}, now {count}' for (rule, severity), count
                   in now.items() if rule not in NOTES and count > was.get((rule, severity), 0)]
            check(not new, f'{path.stem}, {name}: {"; ".join(sorted(new))}')
            gone = [rule for rule, _ in was if rule not in {r for r, _ in now}]
            check(not gone, f'{path.stem}, {name}: no more is said {", ".join(sorted(gone))}')
    return Test(f'harmless changes to {path.stem}', run)


def tests(suite):
    paths = sorted((suite.tests / 'flows').glob('*.flow')) + sorted((suite.top / 'samples').glob('*.flow'))
    return [one(suite, path) for path in paths]
