"""variants - the ways in which one conversation can travel and be recorded.

Whatever the way, the dialogs in it are the same: tests/run compares the reports."""
from dataclasses import dataclass, replace

import capfile
import flow as flows
import frames as f
import rewrites


# ---- how the bytes of one TCP write become segments: [(from, to)] in the order of sending ----

def whole(size):
    return [(a, min(a + 1400, size)) for a in range(0, size, 1400)]


def bytewise(size):
    return [(a, a + 1) for a in range(size)]


def begun(size):
    """A first piece of seven octets, which end inside most methods."""
    return [(0, min(7, size)), *((a, min(a + 1400, size)) for a in range(7, size, 1400))]


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
    split: bool = False         # a WebSocket's messages in two frames
    packed: bool = False        # adjacent messages of one direction in one segment ...
    pings: bool = True          # ... with pings between
    mtu: int = None
    backwards: bool = False     # fragments in reversed order
    six: bool = False
    link: str = None
    format: str = None
    rewrite: object = None      # a harmless change to each message


VARIANTS = [
    Variant('plain'),
    Variant('udp', 'udp'),
    Variant('tcp', 'tcp'),
    Variant('tcp-bytes', 'tcp', bytewise),
    Variant('tcp-thirds', 'tcp', thirds),
    Variant('tcp-reordered', 'tcp', reordered),
    Variant('tcp-retransmitted', 'tcp', retransmitted),
    Variant('tcp-begun', 'tcp', begun),
    Variant('tcp-packed', 'tcp', packed=True),
    Variant('tcp-packed-bare', 'tcp', packed=True, pings=False),
    Variant('tcp-fragments', 'tcp', mtu=300),
    Variant('websocket', 'ws'),
    Variant('websocket-thirds', 'ws', thirds),
    Variant('websocket-split', 'ws', split=True),
    Variant('websocket-split-bytes', 'ws', bytewise, split=True),
    Variant('websocket-packed-retransmitted', 'ws', retransmitted, packed=True),
    Variant('sctp', 'sctp'),
    Variant('sctp-packed', 'sctp', packed=True),
    Variant('sctp-chunks', 'sctp', thirds),
    Variant('sctp-chunks-reordered', 'sctp', reordered),
    Variant('sctp-chunks-packed', 'sctp', thirds, packed=True),
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
    *(Variant(name, link=name) for name in (
        'mpls', 'pseudowire', 'ppp', 'pppoe', 'gre', 'pptp', 'ipip', 'vxlan', 'geneve', 'erspan1', 'erspan2',
        'erspan3', 'gtp', 'tzsp', 'ipip-in-vxlan-in-gre')),
    Variant('vxlan-tcp-reordered', 'tcp', reordered, link='vxlan'),
    Variant('gre-fragments', 'udp', mtu=300, link='gre'),
    Variant('ipip-ipv6', six=True, link='ipip'),
    Variant('nanoseconds', format='pcap-ns'),
    Variant('swapped', format='pcap-swapped'),
    Variant('nanoseconds-swapped', format='pcap-ns-swapped'),
    Variant('pcapng', format='pcapng'),
    Variant('pcapng-swapped', format='pcapng-swapped'),
    Variant('pcapng-nanoseconds', format='pcapng-ns'),
    Variant('qinq-tcp-reordered-pcapng', 'tcp', reordered, link='qinq', format='pcapng'),
    Variant('vlan-fragments-sll', 'udp', mtu=300, link='sll', format='pcap-ns-swapped'),
    Variant('compact', rewrite=rewrites.compact),
    Variant('compact-tcp', 'tcp', rewrite=rewrites.compact),
    Variant('letters', rewrite=rewrites.letters),
    Variant('other-order', rewrite=rewrites.order),
    Variant('folded', rewrite=rewrites.folded),
    Variant('folded-tcp', 'tcp', thirds, rewrite=rewrites.folded),
    Variant('spaced', rewrite=rewrites.spaced),
    Variant('spaced-ipv6', six=True, rewrite=rewrites.spaced),
    Variant('unknown-headers', rewrite=rewrites.unknown),
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
            data = self.wrap(packet)
            self.frames.append((time_ns, data, len(data)))

    def renumber(self, first, by):
        for message, frame in self.number_of.items():
            if frame >= first:
                self.number_of[message] = frame + by


def batches(messages, together):
    """Messages that leave in one write: when together, adjacent ones of one direction within 50 ms."""
    out = []
    for message in messages:
        if together and out and message.time_ns - out[-1][0].time_ns < 50 * 10**6 \
                and (out[-1][0].src, out[-1][0].dst) == (message.src, message.dst):
            out[-1].append(message)
        else:
            out.append([message])
    return out


def tcp_data(variant, batch, client):
    ping = b'\r\n\r\n' if variant.packed and variant.pings else b''
    if variant.transport != 'ws':
        return b''.join(ping + m.data for m in batch)
    parts = [part for m in batch for part in (ping, m.data) if part]
    return b''.join(f.websocket(part, client, variant.split) for part in parts)


def record_tcp(recorder, flow, batch, connections, before_ns):
    src, dst = (flow.peers[p][:2] for p in (batch[0].src, batch[0].dst))
    now = batch[-1].time_ns
    connection = connections.get(frozenset((src, dst)))
    steps = []
    if connection is None:
        connection = connections[frozenset((src, dst))] = f.Connection(src, dst)
        steps += connection.open()
        if recorder.variant.transport == 'ws':
            for end, hello in zip((src, dst), f.websocket_hello(src, dst)):
                steps += connection.send(end, hello, recorder.variant.cut(len(hello)))
    data = tcp_data(recorder.variant, batch, src == connection.ends[0])
    steps += connection.send(src, data, recorder.variant.cut(len(data)))

    # the last segment comes at the message's time, those before it in the time since the last one
    step = max(0, min(1000, (now - before_ns) // (len(steps) + 1)))
    for i, (a, b, payload) in enumerate(steps):
        recorder.packet(now - step * (len(steps) - 1 - i), a, b, f.TCP, payload)
    for message in batch:
        recorder.number_of[message.number] = len(recorder.frames)
    recorder.packet(now, dst, src, f.TCP, connection.acknowledge(dst)[2])


def record_sctp(recorder, flow, batch, sent, before_ns):
    """sent: direction -> TSN and number of its next message. When packed, all chunks of the batch in one packet."""
    src, dst = (flow.peers[p][:2] for p in (batch[0].src, batch[0].dst))
    chunks = []
    for m in batch:
        tsn, number = sent.get((src, dst), (0xfffffffe, 0xffff))
        pieces = sorted(recorder.variant.cut(len(m.data)))
        own = {a: (2 * (a == 0) | (b == len(m.data)), tsn + i, number, m.data[a:b]) for i, (a, b) in enumerate(pieces)}
        sent[src, dst] = (tsn + len(pieces), number + 1)
        chunks += [own[a] for a, _ in recorder.variant.cut(len(m.data))]
    now = batch[-1].time_ns
    packets = [chunks] if recorder.variant.packed else [[x] for x in chunks]
    step = max(0, min(1000, (now - before_ns) // (len(packets) + 1)))
    for i, packet in enumerate(packets):
        recorder.packet(now - step * (len(packets) - 1 - i), src, dst, f.SCTP, f.sctp(src, dst, packet))
    for message in batch:
        recorder.number_of[message.number] = len(recorder.frames)


def is_tcp(variant, flow, message):
    own = variant.transport or flow.settings.get('transport')
    for peer in (message.src, message.dst):
        own = own or flow.peers[peer][2]
    return own in ('tcp', 'ws')


def edit_frame(recorder, number, verb, args):
    """What the capture, not the sender, does to a frame: lost, cut N, twice A B."""
    time_ns, data, length = recorder.frames[number - 1]
    if verb == 'lost':
        del recorder.frames[number - 1]
        recorder.renumber(number, -1)
    elif verb == 'cut':
        recorder.frames[number - 1] = (time_ns, data[:int(args[0])], length)
    else:
        was, now = (a.encode() for a in args)
        if was not in data or len(was) != len(now):
            raise flows.FlowError(f'frame {number} has no {args[0]!r}, or the lengths differ')
        recorder.frames.insert(number, (time_ns, data.replace(was, now), length))
        recorder.renumber(number + 1, 1)


def record(flow, variant=BY_NAME['plain'], edits=()):
    """The recorder with all frames. edits: [(frame number, verb, arguments)], the last frame first."""
    if variant.six:
        flow = flows.to_ipv6(flow)
    recorder = Recorder(variant, flow.settings)
    connections, sent, before = {}, {}, 0
    messages = [m for m in flows.messages(flow, variant.transport) if not m.lost]
    if variant.rewrite:
        messages = [replace(m, data=variant.rewrite(m.data)) for m in messages]
    for batch in batches(messages, variant.packed):
        if variant.transport == 'sctp':
            record_sctp(recorder, flow, batch, sent, before)
        elif is_tcp(variant, flow, batch[0]):
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
    for edit in edits:
        edit_frame(recorder, *edit)
    return recorder


def build(flow, variant=BY_NAME['plain'], edits=()):
    """(bytes of the capture file, {message number: frame number})"""
    recorder = record(flow, variant, edits)
    name = variant.format or flow.settings.get('format', 'pcap')
    return capfile.write(recorder.frames, recorder.dlt, name), recorder.number_of
