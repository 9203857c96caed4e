"""frames - bytes of a message in, packets and frames out, with right lengths and checksums."""
import functools
import ipaddress
import struct

TCP_FIN, TCP_SYN, TCP_PSH, TCP_ACK = 1, 2, 8, 16
UDP, TCP, SCTP, IPV6_FRAGMENT = 17, 6, 132, 44


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


@functools.lru_cache(maxsize=1024)
def packed(address):
    return ipaddress.ip_address(address).packed


def pseudo(src, dst, proto, length):
    if ':' in src:
        return packed(src) + packed(dst) + struct.pack('>IHBB', length, 0, 0, proto)
    return packed(src) + packed(dst) + struct.pack('>BBH', 0, proto, length)


def udp(src, dst, payload):
    """src, dst: (address, port)"""
    head = struct.pack('>HHH', src[1], dst[1], 8 + len(payload))
    whole = pseudo(src[0], dst[0], UDP, 8 + len(payload)) + head + b'\0\0' + payload
    return head + struct.pack('>H', checksum(whole) or 0xffff) + payload


def crc32c(data):
    """RFC 9260 appendix A."""
    crc = 0xffffffff
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def sctp(src, dst, chunks):
    """chunks: DATA as (flags, TSN, number in stream 0, bytes)"""
    body = b''
    for flags, tsn, number, data in chunks:
        body += struct.pack('>BBHIHHI', 0, flags, 16 + len(data), tsn & 0xffffffff, 0, number & 0xffff, 0) \
            + data + bytes(-len(data) % 4)
    head = struct.pack('>HHI', src[1], dst[1], 1 + (src > dst))     # a tag for each direction
    return head + struct.pack('<I', crc32c(head + bytes(4) + body)) + body


def tcp(src, dst, seq, ack, flags, payload):
    options = b'\x02\x04\x05\xb4' if flags & TCP_SYN else b''
    size = (20 + len(options)) // 4

    def head(csum):
        return struct.pack('>HHIIBBHHH', src[1], dst[1], seq & 0xffffffff, ack & 0xffffffff,
                           size << 4, flags, 65535, csum, 0) + options

    length = len(head(0)) + len(payload)
    csum = checksum(pseudo(src[0], dst[0], TCP, length) + head(0) + payload)
    return head(csum) + payload


def ipv4(src, dst, proto, payload, ident, mtu):
    """The packets that carry the payload, in order: one, or its fragments."""
    room = (mtu - 20) // 8 * 8 if 20 + len(payload) > mtu else len(payload)
    out, at = [], 0
    while True:
        piece = payload[at:at + room]
        more = 0x2000 if at + len(piece) < len(payload) else 0
        fields = (0x45, 0, 20 + len(piece), ident & 0xffff, more | at // 8, 64, proto)
        head = struct.pack('>BBHHHBBH', *fields, 0) + packed(src) + packed(dst)
        head = struct.pack('>BBHHHBBH', *fields, checksum(head)) + packed(src) + packed(dst)
        out.append(head + piece)
        at += len(piece)
        if not more:
            return out


def ipv6(src, dst, proto, payload, ident, mtu):
    def head(kind, length):
        return struct.pack('>IHBB', 6 << 28, length, kind, 64) + packed(src) + packed(dst)

    if 40 + len(payload) <= mtu:
        return [head(proto, len(payload)) + payload]
    room, out = (mtu - 48) // 8 * 8, []
    for at in range(0, len(payload), room):
        piece = payload[at:at + room]
        more = 1 if at + len(piece) < len(payload) else 0
        fragment = struct.pack('>BBHI', proto, 0, at | more, ident)
        out.append(head(IPV6_FRAGMENT, 8 + len(piece)) + fragment + piece)
    return out


def ip(src, dst, proto, payload, ident=0, mtu=1500):
    return (ipv6 if ':' in src else ipv4)(src, dst, proto, payload, ident, mtu)


# ---- link layers: name -> (LINKTYPE, function of an IP packet) ----

def ethertype(packet):
    return b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\x00'


def mac(packet, dst):
    """Locally administered, made of the address."""
    if packet[0] >> 4 == 6:
        return b'\x02\x00' + (packet[36:40] if dst else packet[20:24])
    return b'\x02\x00' + (packet[16:20] if dst else packet[12:16])


def ethernet(packet, tags=b''):
    frame = mac(packet, True) + mac(packet, False) + tags + ethertype(packet) + packet
    return frame.ljust(60, b'\0')


def family(packet):
    return 30 if packet[0] >> 4 == 6 else 2


# ---- tunnels: an IP packet in another, between two routers ----

ROUTERS = ('198.51.100.1', '198.51.100.2')
GRE = 47


def outer(proto, payload):
    return ethernet(ip(*ROUTERS, proto, payload, mtu=65535)[0])


def outer_udp(port, payload):
    return outer(UDP, udp((ROUTERS[0], 49152), (ROUTERS[1], port), payload))


def gre(kind, carried, flags=0, fields=b''):
    return outer(GRE, struct.pack('>HH', flags, kind) + fields + carried)


def ipip(packet):
    return outer(41 if packet[0] >> 4 == 6 else 4, packet)


def ppp(packet):
    return (b'\0\x57' if packet[0] >> 4 == 6 else b'\0\x21') + packet


def mpls(payload):
    """Two labels, the second the last."""
    return struct.pack('>II', 100 << 12 | 64, 200 << 12 | 0x100 | 64) + payload


def pppoe(packet):
    carried = ppp(packet)
    return (mac(packet, True) + mac(packet, False) + b'\x88\x64\x11\0' + struct.pack('>HH', 7, len(carried))
            + carried).ljust(60, b'\0')


def labelled(payload):
    return (b'\x02\0\0\0\0\1\x02\0\0\0\0\2\x88\x47' + mpls(payload)).ljust(60, b'\0')


def gtp(packet):
    """With a sequence number and an extension header (PDU session container)."""
    optional = struct.pack('>HBB', 9, 0, 0x85) + b'\x01\x10\x05\0'
    return outer_udp(2152, struct.pack('>BBHI', 0x36, 255, len(optional) + len(packet), 77) + optional + packet)


LINKS = {
    'mpls': (1, labelled),
    'pseudowire': (1, lambda p: labelled(b'\0\0\0\0' + ethernet(p))),
    'ppp': (9, lambda p: b'\xff\3' + ppp(p)),
    'pppoe': (1, pppoe),
    'gre': (1, lambda p: gre(int.from_bytes(ethertype(p), 'big'), p, 0x3000, struct.pack('>II', 5, 6))),
    'pptp': (1, lambda p: gre(0x880b, ppp(p), 0x3081, struct.pack('>HHII', 2 + len(p), 3, 4, 5))),
    'ipip': (1, ipip),
    'vxlan': (1, lambda p: outer_udp(4789, struct.pack('>II', 8 << 24, 42 << 8) + ethernet(p, b'\x81\0\0\x64'))),
    'geneve': (1, lambda p: outer_udp(6081, struct.pack('>BBHI', 1, 0, 0x6558, 42 << 8) + b'\1\2\3\0'
                                      + ethernet(p))),
    'erspan1': (1, lambda p: gre(0x88be, ethernet(p))),
    'erspan2': (1, lambda p: gre(0x88be, struct.pack('>HHI', 1 << 12 | 100, 9, 0) + ethernet(p), 0x1000,
                                 struct.pack('>I', 7))),
    'erspan3': (1, lambda p: gre(0x22eb, struct.pack('>HHIHH', 2 << 12 | 100, 9, 1, 0, 1) + bytes(8) + ethernet(p),
                                 0x1000, struct.pack('>I', 7))),
    'gtp': (1, gtp),
    'tzsp': (1, lambda p: outer_udp(37008, b'\1\0\0\1\0\x0a\1\xc8\1' + ethernet(p))),
    'ipip-in-vxlan-in-gre': (1, lambda p: gre(0x6558, outer_udp(4789, struct.pack('>II', 8 << 24, 42 << 8)
                                                              + ipip(p)))),
    'ethernet': (1, ethernet),
    'vlan': (1, lambda p: ethernet(p, b'\x81\x00\x00\x64')),
    'qinq': (1, lambda p: ethernet(p, b'\x88\xa8\x00\x64\x81\x00\x00\xc8')),
    'sll': (113, lambda p: b'\0\0\0\x01\0\x06' + mac(p, False) + b'\0\0' + ethertype(p) + p),
    'sll2': (276, lambda p: ethertype(p) + b'\0\0\0\0\0\x02\0\x01\0\x06' + mac(p, False)
             + b'\0\0' + p),
    'raw': (101, lambda p: p),
    'null': (0, lambda p: struct.pack('<I', family(p)) + p),
    'loop': (108, lambda p: struct.pack('>I', family(p)) + p),
}


# ---- WebSocket: RFC 6455, RFC 7118 ----

def websocket_hello(client, server):
    """The client's HTTP head and the server's."""
    host = f'[{server[0]}]' if ':' in server[0] else server[0]
    return (f'GET / HTTP/1.1\r\nHost: {host}:{server[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://www.example.com\r\n'
            'Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n'.encode(),
            b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n')


def websocket_frame(first, payload, mask):
    n, flag = len(payload), 0x80 if mask else 0
    length = bytes([flag | n]) if n < 126 else struct.pack('>BH', flag | 126, n) if n < 65536 \
        else struct.pack('>BQ', flag | 127, n)
    key = bytes(range(0x37, 0x37 + 4)) if mask else b''
    masked = bytes(c ^ key[i % 4] for i, c in enumerate(payload)) if mask else payload
    return bytes([first]) + length + key + masked


def websocket(message, mask, split):
    """A message in one frame; or in two, with a ping between them, and a pong behind."""
    if not split:
        return websocket_frame(0x81, message, mask)
    cut = len(message) // 3
    return websocket_frame(0x02, message[:cut], mask) + websocket_frame(0x89, b'ping', mask) \
        + websocket_frame(0x80, message[cut:], mask) + websocket_frame(0x8a, b'', mask)


# ---- TCP connections ----

class Connection:
    """Both directions of one connection; each method gives IP payloads in the order of sending."""

    def __init__(self, client, server):
        self.ends = (client, server)
        self.next = {client: 1000000, server: 5000000}

    def peer(self, end):
        return self.ends[1] if end == self.ends[0] else self.ends[0]

    def segment(self, src, seq, flags, payload=b''):
        dst = self.peer(src)
        ack = self.next[dst] if flags & TCP_ACK else 0
        return src, dst, tcp(src, dst, seq, ack, flags, payload)

    def open(self):
        client, server = self.ends
        out = [self.segment(client, self.next[client], TCP_SYN)]
        self.next[client] += 1
        out.append(self.segment(server, self.next[server], TCP_SYN | TCP_ACK))
        self.next[server] += 1
        out.append(self.segment(client, self.next[client], TCP_ACK))
        return out

    def close(self):
        out = []
        for end in self.ends:
            out.append(self.segment(end, self.next[end], TCP_FIN | TCP_ACK))
            self.next[end] += 1
        out.append(self.segment(self.ends[0], self.next[self.ends[0]], TCP_ACK))
        return out

    def send(self, src, data, pieces):
        """The segments of data; pieces: [(from, to)] in the order of sending."""
        base = self.next[src]
        out = [self.segment(src, base + a, TCP_ACK | TCP_PSH, data[a:b]) for a, b in pieces]
        self.next[src] += len(data)
        return out

    def acknowledge(self, end):
        return self.segment(end, self.next[end], TCP_ACK)
