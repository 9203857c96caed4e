"""secrets - each form in which a secret may stand, well written or not, times each output: it is in none of them."""
import base64
import urllib.parse

import flow as flowlang
import rulefile
import variants

from .base import Test, check

SECRET = 'Hx7qZwVk'
DEVICE = '34020000001180000001'       # of the flow that has the elements
# name, what is changed in which way: a header added to a REGISTER, an element in a Catalog's item, or a line of SDP.
# @ is the secret.
HEADERS = [
    ('response with blanks', 'Authorization: Digest username="a", response = "@"'),
    ('response without quotes', 'Authorization: Digest username="a", response=@'),
    ('response in single quotes', "Authorization: Digest username=\"a\", response='@', uri=\"x\""),
    ('response with a blank in it', 'Authorization: Digest username="a", response=ab @, uri="x"'),
    ('response repeated', 'Authorization: Digest response="abcd", response="@"'),
    ('response in capitals', 'Authorization: DIGEST USERNAME="a", RESPONSE="@"'),
    ('response of two =', 'Authorization: Digest username="a", response=="@"'),
    ('response with a quote in it', 'Authorization: Digest username="a", response="ab"@", uri="x"'),
    ('response empty, then more', 'Authorization: Digest username="a", response=""@'),
    ('response without its end', 'Authorization: Digest username="a", response="@'),
    ('response with a colon', 'Authorization: Digest username="a", response: "@"'),
    ('response behind no comma', 'Authorization: Digest username="a" response="@" uri="x"'),
    ('response in another header', 'X-Auth: Digest username="a", response="@"'),
    ('response in Subject', 'Subject: response=@'),
    ('response folded', 'Authorization: Digest username="a", response=\r\n "@"'),
    ('rspauth', 'Authentication-Info: rspauth=@'),
    ('rspauth in single quotes', "Authentication-Info: qop=auth, rspauth='@'"),
    ('Basic', 'Authorization: Basic @'),
    ('Basic with a dot', 'Authorization: Basic @.b'),
    ('Basic with a blank', 'Authorization: Basic ab @'),
    ('Basic in another header', 'X-Auth: BASIC @'),
    ('URL', 'Contact: <sip:a:@@192.168.10.14>'),
    ('URL with a slash', 'Call-Info: <http://admin:ab/@@192.168.10.14/>'),
    ('URL with brackets', 'Call-Info: <http://admin:a<b>@@192.168.10.14/>'),
    ('URL with a blank', 'Contact: <sip:a:b @@192.168.10.14>'),
    ('URL with an @', 'Contact: <sip:a:b@@@192.168.10.14>'),
    ('URL without its user', 'Call-Info: <rtsp://:@@192.168.10.14/>'),
    ('Password in a header', 'X-Login: user=a; Password=@'),
    ('Password in JSON', 'X-Login: {"user": "a", "password": "@"}'),
]
ELEMENTS = [
    ('element', '<Password>@</Password>'), ('element in small letters', '<password>@</password>'),
    ('element with blanks', '<Password >@</Password >'), ('element behind a blank', '< Password>@</Password>'),
    ('element with an attribute', "<Password a='<'>@</Password>"),
    ('element with a raw <', '<Password>a<b@</Password>'), ('element with an entity', '<Password>a&amp;@</Password>'),
    ('element in an element', '<Password>a<b>@</b></Password>'),
    ('element in one of a longer name', '<PasswordNew><b>@</b></PasswordNew>'),
    ('element in CDATA', '<Password><![CDATA[@]]></Password>'),
    ('element whose end is far', '<Password>a<' + 'b' * 600 + '@</Password>'),
    ('element with another end', '<Password>@</Pasword>'), ('element of a longer name', '<PasswordNew>@</PasswordNew>'),
    ('element with a prefix', '<x:Password xmlns:x="urn:x">@</x:Password>'),
    ('element behind GBK', '<Name>东门</Name><Password>@</Password>'),
    ('element with GBK in it', '<Password>东@门</Password>'),
    ('element in ExtraInfo', '<ExtraInfo>&lt;Password&gt;@&lt;/Password&gt;</ExtraInfo>'),
    ('element by numbers', '<ExtraInfo>&#60;Password&#62;@&#60;/Password&#62;</ExtraInfo>'),
    ('element in CDATA of ExtraInfo', '<ExtraInfo><![CDATA[<Password>@</Password>]]></ExtraInfo>'),
    ('attribute', '<Item Password="@"/>'), ('attribute in single quotes', "<Item Password='a;@'/>"),
    ('attribute with blanks', '<Item Password = "@"/>'), ('attribute with a <', '<Item Password="a<@"/>'),
    ('attribute behind GBK', '<Item Name="东" Password="@"/>'),
    ('URL', '<Address>rtsp://admin:@@192.168.10.14/1</Address>'),
    ('URL with GBK', '<Address>rtsp://admin:东@@192.168.10.14/1</Address>'),
    ('URL with a slash', '<Address>rtsp://admin:a/@@192.168.10.14/1</Address>'),
    ('URL with a blank', '<Address>rtsp://admin:a @@192.168.10.14/1</Address>'),
    ('JSON', '<ExtraInfo>{"Password":"@"}</ExtraInfo>'),
    # Kept up to an octet within it.
    ('name that is cut', '<Name>' + 'n' * 80 + ' rtsp://a:@@192.168.10.14/1</Name>'),
    ('parent that is cut', '<ParentID>' + 'p' * 50 + ' sip:a:@@192.168.10.14</ParentID>'),
    ('one of two parents', '<ParentID>gate/rtsp://a:@@192.168.10.14/1</ParentID>'),
]
SDP = [('key', 'k=clear:@'), ('key in base64', 'k=base64:@'), ('key of SRTP', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:@'),
       ('password of ICE', 'a=ice-pwd:@'), ('URL', 'u=rtsp://admin:@@192.168.10.14/1'), ('key with a blank', 'k = clear:@'),
       ('password in the information', 'i=Password=@'), ('URL in f=', 'f=v/rtsp://a:@@192.168.10.14/1')]
CHARSETS = ['utf-8', 'gb18030', 'utf-16', 'utf-16-le', 'utf-16-be']


def forms_of(secret):
    """As it may stand in an output."""
    data = secret.encode()
    out = {data, urllib.parse.quote(secret).encode(), data.hex().encode(), data.hex().upper().encode(),
           ' '.join(f'{b:02x}' for b in data).encode(), secret.encode('utf-16-le'), secret.encode('utf-16-be'),
           ''.join(f'%{b:02X}' for b in data).encode(), secret.encode('utf-16-le').hex().encode(),
           ' '.join(f'{b:02x}' for b in secret.encode('utf-16-le')).encode(),
           b'\\u0000'.join(bytes([b]) for b in data), b'\\x00'.join(bytes([b]) for b in data),
           '\ufffd'.join(secret).encode()}
    for shift in range(3):      # base64 of a text that has it in its middle
        whole = base64.b64encode(b'x' * shift + data + b'x' * 3)
        out.add(whole[4 if shift else 0:8 + 4 * (shift != 0)])
    # Halves of it too, where a line of octets ends within it.
    for half in (data[:4], data[4:]):
        out |= {half, ' '.join(f'{b:02x}' for b in half).encode()}
    return out


def flow_of(kind, form, charset):
    said = form.replace('@', SECRET, 1) if '@' in form else form
    if kind == 'header':
        flow = rulefile.find_base('registration')
        flow.block('3').lines.insert(3, said)
        return flow
    if kind == 'element':
        flow = rulefile.find_base('catalog')
        block = next(b for b in flow.blocks if any('<Item>' in x for x in b.lines))
        at = next(i for i, line in enumerate(block.lines) if '<Item>' in line)
        block.lines.insert(at + 1, said)
        block.charset = charset
        return flow
    flow = rulefile.find_base('call')
    block = next(b for b in flow.blocks if any(x.startswith('v=0') for x in b.lines))
    at = next(i for i, line in enumerate(block.lines) if line.startswith('t='))
    block.lines.insert(at, said)
    return flow


def one(suite, kind, name, form, charset='utf-8'):
    def run():
        # A URL's own '@' stands behind the secret.
        flow = flow_of(kind, form, charset)
        path = suite.folder('secrets') / (f'{kind}-{name}-{charset}'.replace(' ', '-') + '.pcap')
        data, frames = variants.build(flow)
        path.write_bytes(data)
        whole = {m.data for m in flowlang.messages(flow)}
        check(any(SECRET.encode() in m or SECRET.encode('utf-16-le') in m or SECRET.encode('utf-16-be') in m
                  for m in whole), 'the secret is not in the capture')
        runs = [('report', '-f', f) for f in ('json', 'ndjson', 'text')] + [('check',), ('list',)]
        runs += [('list', what) for what in ('devices', 'exchanges', 'sessions', 'subscriptions')]
        runs += [('show', 'device', DEVICE)] if kind == 'element' else []
        runs += [('show', str(n)) for n in sorted(set(frames.values()))]
        baseline = suite.folder('secrets') / (path.stem + '.baseline')
        runs.append(('baseline', '--write', str(baseline)))
        for args in runs:
            more = ('--all-findings',) if args[0] in ('report', 'check') else ()
            done = suite.call(*args, *more, path)
            out = done.stdout + done.stderr
            out += baseline.read_bytes() if args[0] == 'baseline' else b''
            for form_out in forms_of(SECRET):
                check(form_out not in out, f'gbscope {" ".join(args)} {path} shows {form_out!r}')
    return Test(f'secret: {kind}: {name}' + (f' in {charset}' if charset != 'utf-8' else ''), run)


def tests(suite):
    out = [one(suite, 'header', *row) for row in HEADERS] + [one(suite, 'sdp', *row) for row in SDP]
    for charset in CHARSETS:
        out += [one(suite, 'element', *row, charset) for row in ELEMENTS]
    return out
