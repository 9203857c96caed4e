"""digest - responses that others published with their passwords, each as a conversation: challenged, answered,
accepted. The whole program verifies them, and none for another password.

The table comes from the folder with reference captures; without it these are skipped."""
import hashlib

import flow as flowlang
import variants

from .base import Skip, Test, check

# What the table gives by its hash only: nothing, and the session description of
# draft-smith-sip-auth-examples-00.
BODIES = [
    '',
    'v=0\r\no=alice 53655765 2353687637 IN IP4 pc33.atlanta.com\r\ns=-\r\n'
    'c=IN IP4 pc33.atlanta.com\r\nt=0 0\r\nm=audio 3456 RTP/AVP 0 1 3 99\r\n'
    'a=rtpmap:0 PCMU/8000\r\n',
]
HASHES = {'MD5': 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512_256'}

FLOW = '''
client = 192.0.2.14:5060
server = 192.0.2.2:5060

client > server
    {method} {target} SIP/2.0
    Via: auto
    Max-Forwards: 70
    From: <sip:client@192.0.2.2>;tag=auto
    To: <sip:client@192.0.2.2>
    Call-ID: digest@192.0.2.14
    CSeq: 1 {method}
    Contact: <sip:client@192.0.2.14>
    Content-Length: auto

server > client
    SIP/2.0 401 Unauthorized
    Via, From, To, Call-ID, CSeq: auto
    WWW-Authenticate: Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}{offer}
    Content-Length: auto
{ack}
client > server
    {method} {target} SIP/2.0
    Via: auto
    Max-Forwards: 70
    From: <sip:client@192.0.2.2>;tag=auto
    To: <sip:client@192.0.2.2>
    Call-ID: digest@192.0.2.14
    CSeq: 2 {method}
    Contact: <sip:client@192.0.2.14>
    Authorization: Digest {credentials}{type}
    Content-Length: auto{body}

server > client
    SIP/2.0 200 OK
    Via, From, To, Call-ID, CSeq: auto
    Contact: <sip:client@192.0.2.14>;expires=3600
    Content-Length: auto
'''

ACK = '''
client > server
    ACK {target} SIP/2.0
    Via: auto
    Max-Forwards: 70
    From: <sip:client@192.0.2.2>;tag=auto
    To: <sip:client@192.0.2.2>
    Call-ID: digest@192.0.2.14
    CSeq: 1 ACK
    Content-Length: auto
'''


def rows_of(suite):
    with open(suite.shared / 'captures' / 'digest.tsv', encoding='utf-8') as f:
        lines = [x.rstrip('\n').split('\t') for x in f]
    return [dict(zip(lines[0], x)) for x in lines[1:]]


def body_of(row):
    """None where only its hash is known."""
    if not row['body-hash']:
        return ''
    for body in BODIES:
        if row['body-hash'] in (hashlib.new(h, body.encode()).hexdigest() for h in HASHES.values()):
            return body
    return None


def conversation(row, body):
    quoted = [(n, row[n]) for n in ('username', 'realm', 'nonce', 'uri', 'cnonce', 'response')]
    bare = [(n, row[n]) for n in ('nc', 'qop', 'algorithm')]
    credentials = ', '.join([f'{n}="{v}"' for n, v in quoted if v or n in ('username', 'realm')]
                            + [f'{n}={v}' for n, v in bare if v])
    words = {
        **row,
        'target': row['uri'] if row['uri'].startswith('sip') else 'sip:server@192.0.2.2',
        'offer': f', qop="{row["qop"]}"' if row['qop'] else '',
        'credentials': credentials,
        'type': '\n    Content-Type: application/sdp' if body else '',
        'body': ''.join(f'\n    {x}' for x in ('\r\n' + body).removesuffix('\r\n').split('\r\n')) if body else '',
    }
    words['ack'] = ACK.format(**words) if row['method'] == 'INVITE' else ''
    # A brace would begin a macro.
    words = {n: v.replace('{', '{{') for n, v in words.items()}
    return flowlang.parse(FLOW.format(**words), 'digest')


def password_line(row, password):
    user, realm = (row[n].replace('\\', '\\\\').replace(':', '\\:') for n in ('username', 'realm'))
    return f'{user}:{realm}:{password.removeprefix("HA1=")}\n'


def one_row(suite, row, number):
    def run():
        body = body_of(row)
        if body is None:
            raise Skip('a digest over a body of which only the hash is known')
        folder = suite.folder('digest')
        capture, secrets = folder / f'{number}.pcap', folder / f'{number}.txt'
        data, _ = variants.build(conversation(row, body))
        capture.write_bytes(data)
        for password, verdict, agrees in ((row['password'], 'verified', True),
                                          ('not ' + row['password'], 'mismatch', False)):
            secrets.write_text(password_line(row, password), encoding='utf-8')
            secrets.chmod(0o600)
            report = suite.report('--profile', 'rfc3261', '-p', secrets, capture)
            auths = [a for d in report['dialogs'] for t in d['transactions'] for a in t['auth']]
            check(len(auths) == 1, f'{capture}: {len(auths)} credentials')
            got = auths[0]
            check((got['verdict'], got['agrees'], got['nonce_check'], got['decision'])
                  == (verdict, agrees, 'challenged', 'accepted'),
                  f'{capture}, password {password!r}: {got}')
            rule = 'auth-response-mismatch' in report['summary']['rules']
            check(rule == (verdict == 'mismatch'), f'{capture}: auth-response-mismatch is {rule}')
    return Test(f'digest {number} {row["algorithm"]} {row["qop"] or "without qop"}: {row["source"][:60]}', run)


def tests(suite):
    if not (suite.shared / 'captures' / 'digest.tsv').exists():
        def skip():
            raise Skip('no folder with reference captures (GBSCOPE_SHARED)')
        return [Test('digest of others', skip)]
    return [one_row(suite, row, n + 1) for n, row in enumerate(rows_of(suite))]
