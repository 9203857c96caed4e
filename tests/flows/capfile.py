"""capfile - frames in, the bytes of a capture file out."""
import struct

# name -> (function, byte order, digits of a second)
FORMATS = {}


def row(name, order, digits):
    def put(function):
        FORMATS[name] = (function, order, digits)
        return function
    return put


@row('pcap', '<', 6)
@row('pcap-swapped', '>', 6)
@row('pcap-ns', '<', 9)
@row('pcap-ns-swapped', '>', 9)
def pcap(frames, dlt, order, digits):
    magic = 0xa1b23c4d if digits == 9 else 0xa1b2c3d4
    out = [struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, 262144, dlt)]
    for time_ns, data, length in frames:
        seconds, rest = divmod(time_ns, 10**9)
        out.append(struct.pack(order + 'IIII', seconds, rest // 10**(9 - digits),
                               len(data), length) + data)
    return b''.join(out)


@row('pcapng', '<', 6)
@row('pcapng-swapped', '>', 6)
@row('pcapng-ns', '<', 9)
def pcapng(frames, dlt, order, digits):
    return mixed([(dlt, frame) for frame in frames], order, digits, [dlt])


def mixed(frames, order='<', digits=6, links=()):
    """A pcapng file; frames: [(LINKTYPE, frame)]. An interface for each link type, the first of `links` first."""
    def block(kind, body):
        body += b'\0' * (-len(body) % 4)
        length = struct.pack(order + 'I', 12 + len(body))
        return struct.pack(order + 'I', kind) + length + body + length

    resolution = struct.pack(order + 'HH', 9, 1) + bytes([digits, 0, 0, 0])
    end = struct.pack(order + 'HH', 0, 0)
    links = list(dict.fromkeys([*links, *(dlt for dlt, _ in frames)]))
    out = [block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1))]
    out += [block(1, struct.pack(order + 'HHI', dlt, 0, 262144) + resolution + end) for dlt in links]
    for dlt, (time_ns, data, length) in frames:
        ticks = time_ns // 10**(9 - digits)
        out.append(block(6, struct.pack(order + 'IIIII', links.index(dlt), ticks >> 32, ticks & 0xffffffff,
                                        len(data), length) + data))
    return b''.join(out)


def write(frames, dlt, name='pcap'):
    """frames: [(time_ns, bytes, length on the wire)]"""
    function, order, digits = FORMATS[name]
    return function(frames, dlt, order, digits)
