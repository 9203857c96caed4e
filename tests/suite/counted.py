"""counted - what is dropped, refused or wrong on the way is counted and said: in JSON, and in the text report."""
import gzip
import shutil
import struct

import capfile
import flow as flowlang
import variants

from .base import Skip, Test, check, compare, text

COMMENTS = 103      # three more than are kept of a file


def frames(suite, way='plain', name='registration-tcp'):
    recorder = variants.record(flowlang.load(suite.top / 'samples' / f'{name}.flow'), variants.BY_NAME[way])
    return recorder.frames, recorder.dlt


def write(suite, name, data):
    path = suite.folder('counted') / name
    path.write_bytes(data)
    return path


def said(suite, path):
    return text(suite.call('report', '-f', 'text', path, status=(0, 3)).stdout)


def comment(words):
    words = words.encode()
    return struct.pack('<HH', 1, len(words)) + words + bytes(-len(words) % 4) + bytes(4)


def block(kind, body):
    size = struct.pack('<I', 12 + len(body))
    return struct.pack('<I', kind) + size + body + size


def section(words):
    return block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1) + comment(words)) \
        + block(1, struct.pack('<HHI', 1, 0, 0))


def packet(words, time):
    return block(6, struct.pack('<IIIII', 0, 0, time, 4, 4) + bytes(4) + comment(words))


def placed(suite):
    """Each comment once, with its frame or the file's; also of a file that is opened twice, as many at once are."""
    def run():
        data = section('one') + packet('first', 1) + packet('second', 2) + section('two') + packet('third', 3)
        path = write(suite, 'placed.pcapng', data)
        want = [(None, 'one'), (1, 'first'), (2, 'second'), (None, 'two'), (3, 'third')]
        for files in ([path], [path] * 20):
            for capture in suite.report(*files)['captures']:
                got = [(x['frame'], x['comment']) for x in capture['comments']]
                check(got == want and capture['comments_dropped'] == 0, f'{got}')
    return Test('counted: comments, each once', run)


def comments(suite):
    def run():
        path = write(suite, 'comments.pcapng', capfile.write(*frames(suite), 'pcapng') + section('')
                     + b''.join(packet(f'{i}', i) for i in range(COMMENTS)))
        capture = suite.report(path)['captures'][0]
        check(len(capture['comments']) == 100 and capture['comments_dropped'] == COMMENTS - 100,
              f'{len(capture["comments"])} comments, {capture["comments_dropped"]} dropped')
        check('3 comments more, not kept' in said(suite, path), 'not in the text')
    return Test('counted: comments', run)


def links(suite):
    """More link types in a file than are named."""
    def run():
        packets, dlt = frames(suite)
        many = [(200 + i, packets[0]) for i in range(20)]
        path = write(suite, 'links.pcapng', capfile.mixed([(dlt, x) for x in packets] + many))
        named = suite.report(path)['captures'][0]['link_types']
        check(len(named) == 17 and named[-1] == 'others', f'{named}')
    return Test('counted: link types', run)


NOTHING = {'not_sip': 0, 'keepalives': 0, 'duplicates': 0, 'retransmitted': 0, 'out_of_order': 0, 'overlaps': 0,
           'holes': 0, 'lost_bytes': 0, 'resyncs': 0, 'no_memory': 0}


def doubled(packets):
    return [x for t, data, n in packets for x in ((t, data, n), (t + 1000, data, n))]


def changed(packets):
    """The same segment again with another last octet, before what follows."""
    i = next(i for i, (_, data, _) in enumerate(packets) if b'REGISTER' in data)
    t, data, n = packets[i]
    return packets[:i + 1] + [(t + 1000, data[:-1] + b'!', n)] + packets[i + 1:]


def holed(packets):
    """The second request's first segment is lost, and the CRLF that stands alone in its last one means nothing."""
    i = [i for i, (_, data, _) in enumerate(packets) if b'REGISTER sip' in data][1]
    return packets[:i] + packets[i + 1:]


# way, what is done to the frames, what of summary.transport is not 0, what the text says
ROWS = [
    ('udp', list, {}, ''),
    ('udp', doubled, {'duplicates': 10}, 'transport: 10 datagrams captured twice'),
    ('tcp', list, {}, ''),
    ('tcp', changed, {'retransmitted': 1, 'overlaps': 1}, '1 TCP segment sent again, 1 TCP segment with other octets'),
    ('tcp-thirds', holed, {'holes': 1, 'lost_bytes': None, 'out_of_order': None, 'resyncs': 1,
                           'keepalives': 1}, '1 hole in TCP, '),
    ('tcp-reordered', list, {'out_of_order': 10}, '10 TCP segments out of order'),
    ('tcp-retransmitted', list, {'retransmitted': None}, ' TCP segments sent again'),
]


def one_way(suite, way, change, want, words):
    def run():
        packets, dlt = frames(suite, way)
        path = write(suite, f'{way}-{change.__name__}.pcap', capfile.write(change(packets), dlt))
        got = suite.report(path)['summary']['transport']
        ours = got.pop('datagrams'), got.pop('segments')
        check((ours[0] == 0, ours[1] == 0) == (way != 'udp', way == 'udp'), f'{ours} datagrams and segments')
        for name, n in {**NOTHING, **want}.items():
            check(got[name] == n if n is not None else got[name] > 0, f'{name}: {got[name]}, not {n}')
        check(set(got) == set(NOTHING), f'{set(got) ^ set(NOTHING)}')
        line = [x for x in said(suite, path).splitlines() if x.startswith('  transport: ')]
        check(len(line) == bool(words) and words in ''.join(line), f'the text says {line}')
    return Test(f'counted: {change.__name__} by {way}', run)


def deflated(data):
    """A WebSocket's frame with RSV1 (RFC 7692), and the TCP checksum that goes with it."""
    if data[54:55] != b'\x81':
        return data
    total = (0xffff & ~struct.unpack('>H', data[50:52])[0]) + 0x4000
    return data[:50] + struct.pack('>H', 0xffff & ~(total + (total >> 16))) + data[52:54] + b'\xc1' + data[55:]


def websocket(suite):
    """Deflated messages are told apart from what is nothing at all."""
    def run():
        packets, dlt = frames(suite, 'websocket')
        path = write(suite, 'deflated.pcap', capfile.write([(t, deflated(data), n) for t, data, n in packets], dlt))
        report = suite.report(path)
        skipped = report['captures'][0]['skipped']
        check(report['summary']['messages'] == 0 and skipped.get('WebSocket with deflated messages') == 10,
              f'{skipped}')
    return Test('counted: deflated WebSocket messages', run)


# First octets of files that are no capture gbscope reads, and what is said of them.
FOREIGN = [
    (b'RTSS\1\1', 'a Microsoft Network Monitor 1 file: convert it with editcap'),
    (b'GMBU\0\2', 'a Microsoft Network Monitor 2 file: convert it with editcap'),
    (b'snoop\0\0\0\0\0\0\2', 'a snoop file: convert it with editcap'),
    (b'\0\0\2\0\x12\5\0\x10', 'a Tektronix K12 file: convert it with editcap'),
    (b'TRSNIFF data    \x1a', 'a Sniffer file: convert it with editcap'),
    (b'XCP\0002.002\0', 'a NetXRay or Windows Sniffer file: convert it with editcap'),
    (b'iptrace 2.0', 'an AIX iptrace file: convert it with editcap'),
    (b'ObserverPktBufferVersion=', 'a Network Instruments Observer file: convert it with editcap'),
    (b'\5VNF', 'a Visual Networks file: convert it with editcap'),
    (b'\xfd7zXZ\0', 'is compressed with xz; decompress it first'),
    (b'BZh9', 'is compressed with bzip2; decompress it first'),
    (b'\4"M\x18', 'is compressed with lz4; decompress it first'),
    (b'PK\3\4', 'a zip archive; unpack it first'),
    (b'7z\xbc\xaf', 'a 7-Zip archive; unpack it first'),
    (b'Rar!\x1a\7', 'a RAR archive; unpack it first'),
]


def foreign(suite):
    def run():
        for begin, words in FOREIGN:
            for pack in (bytes, gzip.compress):
                path = write(suite, 'foreign', pack(begin + bytes(64)))
                done = suite.call('report', path, status=2)
                compare(f'gbscope: {path}: {words}\n', text(done.stderr), repr(begin))
                check(not done.stdout, f'{begin}: something on stdout')
    return Test('counted: files of other formats', run)


def packed(suite):
    """What may stand around a packed capture, and what zstd may want too much of."""
    def run():
        data = capfile.write(*frames(suite))
        want = suite.report(write(suite, 'plain.pcap', data))['summary']
        for name, more in (('zeros.pcap.gz', gzip.compress(data) + bytes(10240)),
                           ('zeros-between.pcap.gz',
                            gzip.compress(data[:999]) + bytes(512) + gzip.compress(data[999:]))):
            report = suite.report(write(suite, name, more))
            check(report['complete'] and report['summary'] == want, f'{name}: another report')
        path = write(suite, 'text.pcap.gz', gzip.compress(data) + b'text')
        done = suite.call('report', path, status=3)
        check('what stands behind the compressed data is no gzip' in text(done.stderr), text(done.stderr))
        if not shutil.which('zstd'):
            raise Skip('no zstd')
        squeezed = suite.command(['zstd', '-q', '-c'], data=data).stdout
        skipped = struct.pack('<II', 0x184d2a50, 8) + bytes(8)
        report = suite.report(write(suite, 'skipped.pcap.zst', skipped + squeezed + skipped))
        check(report['complete'] and report['summary'] == want, 'zstd with skippable frames: another report')
        # The window is as long as the data where that is known: so by a pipe.
        long = suite.command(['zstd', '-q', '-c', '--long=31'], data=data).stdout
        path = write(suite, 'long.pcap.zst', long)
        done = suite.call('report', path, status=2)
        lines = text(done.stderr).splitlines()
        check(len(lines) == 1 and 'a window of more than 128 MiB' in lines[0], f'{lines}')
    return Test('counted: around what is packed', run)


def tests(suite):
    return [comments(suite), placed(suite), links(suite), websocket(suite), foreign(suite), packed(suite),
            *(one_way(suite, *row) for row in ROWS)]
