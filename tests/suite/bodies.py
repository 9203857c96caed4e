"""bodies - MANSCDP bodies as octets, each in a MESSAGE of its own, and what the report says of them."""
import struct

HEADER = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101)   # raw IP
FIRST = 1767578400


def datagram(payload):
    udp = struct.pack('>HHHH', 5060, 5060, 8 + len(payload), 0) + payload
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                       bytes((192, 168, 10, 14)), bytes((192, 168, 10, 2)))
    total = sum(struct.unpack('>10H', head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack('>H', ~(total + (total >> 16)) & 0xffff) + head[12:] + udp


def message(number, body, content_type='Application/MANSCDP+xml', length=None):
    head = ('MESSAGE sip:34020000002000000001@3402000000 SIP/2.0\r\n'
            f'Via: SIP/2.0/UDP 192.168.10.14:5060;rport;branch=z9hG4bK{number}\r\n'
            f'From: <sip:34020000001110000001@3402000000>;tag=a{number}\r\n'
            'To: <sip:34020000002000000001@3402000000>\r\n'
            f'Call-ID: body{number}@192.168.10.14\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n'
            f'Content-Type: {content_type}\r\n'
            f'Content-Length: {len(body) if length is None else length}\r\n\r\n')
    return head.encode() + body


def capture(payloads):
    out = [HEADER]
    for number, payload in enumerate(payloads):
        packet = datagram(payload)
        out.append(struct.pack('<IIII', FIRST + number, 0, len(packet), len(packet)) + packet)
    return b''.join(out)


def read(suite, name, payloads, *options):
    """[(body, findings on its frame)], one for each payload."""
    path = suite.folder('bodies') / f'{name.replace(" ", "-")}.pcap'
    path.write_bytes(capture(payloads))
    report = suite.report('--all-findings', *options, path)
    bodies = {t['request']['frame']: t['body'] for d in report['dialogs'] for t in d['transactions']}
    return [(bodies.get(frame), [f for f in report['findings'] if f['frame'] == frame])
            for frame in range(1, len(payloads) + 1)]
