"""variants - the ways in which one conversation can travel and be recorded.

Whatever the way, the dialogs in it are the same: tests/run compares the reports."""
from dataclasses import dataclass

import capfile
import flow as flows
import frames as f


# ---- how the bytes of one TCP write become segments: [(from, to)] in the order of sending ----

def whole(size):
    return [(a, min(a + 1400, size)) for a in range(0, size, 1400)]


def bytewise(size):
    return [(a, a + 1) for a in range(size)]


def thirds(size):
    cut = max(1, size // 3)
    return [(a, min(a + cut, size)) for a in range(0, size, cut)]


def reordered(size):
    """Each second piece before the first, the last in its place."""
    out = thirds(size)
    out[:2] = out[1::-1]
    return out


def retransmitted(size):
    """Each piece twice, the second time longer by some octets of the piece before."""
    out = []
    for a, b in thirds(size):
        out += [(a, b), (max(0, a - 7), b)]
    return out


@dataclass(frozen=True)
class Variant:
    name: str
    transport: str = None       # None: as the flow says
    cut: object = whole
    packed: bool = False        # adjacent messages of one direction in one segment, pings between
    mtu: int = None
    backwards: bool = False     # fragments in reversed order
    six: bool = False
    link: str = None
    format: str = None


VARIANTS = [
    Variant('plain'),
    Variant('udp', 'udp'),
    Variant('tcp', 'tcp'),
    Variant('tcp-bytes', 'tcp', bytewise),
    Variant('tcp-thirds', 'tcp', thirds),
    Variant('tcp-reordered', 'tcp', reordered),
    Variant('tcp-retransmitted', 'tcp', retransmitted),
    Variant('tcp-packed', 'tcp', packed=True),
    Variant('tcp-fragments', 'tcp', mtu=300),
    Variant('fragments', 'udp', mtu=300),
    Variant('fragments-reversed', 'udp', mtu=300, backwards=True),
    Variant('ipv6', 'udp', six=True),
    Variant('ipv6-fragments', 'udp', mtu=300, six=True),
    Variant('ipv6-fragments-reversed', 'udp', mtu=300, backwards=True, six=True),
    Variant('ipv6-tcp', 'tcp', six=True),
    Variant('vlan', link='vlan'),
    Variant('qinq', link='qinq'),
    Variant('sll', link='sll'),
    Variant('sll2', link='sll2'),
    Variant('raw', link='raw'),
    Variant('null', link='null'),
    Variant('loop', link='loop'),
    Variant('nanoseconds', format='pcap-ns'),
    Variant('swapped', format='pcap-swapped'),
    Variant('nanoseconds-swapped', format='pcap-ns-swapped'),
    Variant('pcapng', format='pcapng'),
    Variant('pcapng-swapped', format='pcapng-swapped'),
    Variant('pcapng-nanoseconds', format='pcapng-ns'),
    Variant('qinq-tcp-reordered-pcapng', 'tcp', reordered, link='qinq', format='pcapng'),
    Variant('vlan-fragments-sll', 'udp', mtu=300, link='sll', format='pcap-ns-swapped'),
]
BY_NAME = {v.name: v for v in VARIANTS}


class Recorder:
    """Collects frames; remembers which frame completes which message."""

    def __init__(self, variant, settings):
        self.variant = variant
        self.dlt, self.wrap = f.LINKS[variant.link or settings.get('link', 'ethernet')]
        self.mtu = variant.mtu or int(settings.get('mtu', 1500))
        self.frames = []
        self.number_of = {}     # message number -> frame number
        self.ident = 0

    def packet(self, time_ns, src, dst, proto, payload):
        self.ident += 1
        packets = f.ip(src[0], dst[0], proto, payload, self.ident, self.mtu)
        if self.variant.backwards:
            packets.reverse()
        for packet in packets:
            self.frames.append((time_ns, self.wrap(packet)))


def batches(messages, together):
    """Messages that leave in one write: adjacent ones of one direction when together."""
    out = []
    for message in messages:
        if together and out and (out[-1][0].src, out[-1][0].dst) == (message.src, message.dst):
            out[-1].append(message)
        else:
            out.append([message])
    return out


def record_tcp(recorder, flow, batch, connections, before_ns):
    src, dst = (flow.peers[p][:2] for p in (batch[0].src, batch[0].dst))
    now = batch[-1].time_ns
    connection = connections.get(frozenset((src, dst)))
    steps = []
    if connection is None:
        connection = connections[frozenset((src, dst))] = f.Connection(src, dst)
        steps += connection.open()
    ping = b'\r\n\r\n' if recorder.variant.packed else b''
    data = b''.join(ping + m.data for m in batch)
    steps += connection.send(src, data, recorder.variant.cut(len(data)))

    # the last segment comes at the message's time, those before it in the time since the last one
    step = max(0, min(1000, (now - before_ns) // (len(steps) + 1)))
    for i, (a, b, payload) in enumerate(steps):
        recorder.packet(now - step * (len(steps) - 1 - i), a, b, f.TCP, payload)
    for message in batch:
        recorder.number_of[message.number] = len(recorder.frames)
    recorder.packet(now, dst, src, f.TCP, connection.acknowledge(dst)[2])


def is_tcp(variant, flow, message):
    own = variant.transport or flow.settings.get('transport')
    for peer in (message.src, message.dst):
        own = own or flow.peers[peer][2]
    return own == 'tcp'


def build(flow, variant=BY_NAME['plain']):
    """(bytes of the capture file, {message number: frame number})"""
    if variant.six:
        flow = flows.to_ipv6(flow)
    recorder = Recorder(variant, flow.settings)
    connections, before = {}, 0
    messages = [m for m in flows.messages(flow, variant.transport) if not m.lost]
    for batch in batches(messages, variant.packed):
        if is_tcp(variant, flow, batch[0]):
            record_tcp(recorder, flow, batch, connections, before)
        else:
            for m in batch:
                src, dst = flow.peers[m.src][:2], flow.peers[m.dst][:2]
                recorder.packet(m.time_ns, src, dst, f.UDP, f.udp(src, dst, m.data))
                recorder.number_of[m.number] = len(recorder.frames)
        before = batch[-1].time_ns
    for connection in connections.values():
        for a, b, payload in connection.close():
            recorder.packet(before, a, b, f.TCP, payload)
    name = variant.format or flow.settings.get('format', 'pcap')
    return capfile.write(recorder.frames, recorder.dlt, name), recorder.number_of
