"""metamorphic - what a capture lacks, or how it is kept, changes nothing in what the rest of it says."""
import gzip
import json
import random
import re
import shutil
import subprocess

import capfile
import flow as flowlang
import variants
from frames import checksum

from .base import Test, check, compare
from .flows import as_text, options_of, passwords

# A third of a capture each: other byte orders, other resolutions, other link layers.
KINDS = [('pcap', 'ethernet'), ('pcapng-swapped', 'sll'), ('pcap-ns-swapped', 'raw'), ('pcapng-ns', 'vlan'),
         ('pcap-swapped', 'sll2'), ('pcapng', 'gre')]
WAYS = ['plain', 'tcp-thirds', 'tcp-reordered', 'fragments']


class Case:
    """One flow, travelling in one way."""

    def __init__(self, suite, path, way, text):
        self.suite, self.way = suite, variants.BY_NAME[way]
        self.flow = flowlang.load(path)
        self.name = f'{path.stem}-{way}-{text}'.replace(' ', '-')     # tests run at the same time
        self.folder = suite.folder('metamorphic')
        self.options = [*passwords(suite, 'metamorphic', self.name, self.flow.settings.get('passwords', [])),
                        *options_of(self.flow), '--all-findings']

    def frames(self, link=None):
        way = variants.replace(self.way, link=link) if link else self.way
        recorder = variants.record(self.flow, way)
        return recorder.frames, recorder.dlt

    def write(self, name, data):
        path = self.folder / f'{self.name}-{name}'
        path.write_bytes(data)
        return path

    def report(self, *captures):
        return self.suite.report(*self.options, *captures)

    def whole(self):
        """Several tests look at it."""
        key = f'{self.flow.name} as {self.way.name}'
        if key not in self.suite.reports:
            self.suite.reports[key] = self.report(self.write('whole.pcap', capfile.write(*self.frames())))
        return self.suite.reports[key]


def without_places(report, firsts):
    """The report with frames numbered through all files: firsts[i] frames stand before those of file i."""
    def walk(thing):
        if isinstance(thing, list):
            return [walk(x) for x in thing]
        if not isinstance(thing, dict):
            return thing
        out = {k: walk(v) for k, v in thing.items() if k not in ('frames', 'capture')}
        if isinstance(thing.get('frame'), int) and 'capture' in thing:
            out['frame'] = thing['frame'] + firsts[thing['capture']]
        if isinstance(thing.get('frames'), int):
            out['frames'] = thing['frames']
        return out
    text = json.dumps(walk({k: v for k, v in report.items() if k != 'captures'}), indent=1,
                      ensure_ascii=False, sort_keys=True)
    return re.sub(r'(:\d\d\.\d{6})000Z', r'\1Z', text)     # a file's precision is its own


def same_as_whole(case, files, firsts, what):
    """files: in the order of recording; they are given in another."""
    want = without_places(case.whole(), [0])
    order = list(range(len(files)))
    random.Random(case.name + what).shuffle(order)
    got = without_places(case.report(*(files[i] for i in order)), [firsts[i] for i in order])
    compare(want, got, f'{case.name}, {what}')


def every_record(case):
    """A file for each record, each of another kind, each third one compressed."""
    of_link = {link: case.frames(link) for _, link in KINDS}
    files = []
    for i in range(len(of_link['ethernet'][0])):
        kind, link = KINDS[i % len(KINDS)]
        frames, dlt = of_link[link]
        data = capfile.write(frames[i:i + 1], dlt, kind)
        files.append(case.write(f'{i}.cap', gzip.compress(data) if i % 3 == 0 else data))
    same_as_whole(case, files, list(range(len(files))), 'a file for each record')
    for path in files:
        path.unlink()


def two_files(case):
    """Cut in two at each record in turn."""
    frames, dlt = case.frames()
    for i in range(1, len(frames)):
        files = [case.write('a.pcap', capfile.write(frames[:i], dlt)),
                 case.write('b.pcapng', capfile.write(frames[i:], dlt, 'pcapng-swapped'))]
        same_as_whole(case, files, [0, i], f'cut behind frame {i}')


def packed(case):
    """Compressed, by gzip and zstd; and all link layers in one pcapng file."""
    frames, dlt = case.frames()
    data = capfile.write(frames, dlt)
    same_as_whole(case, [case.write('packed.pcap.gz', gzip.compress(data))], [0], 'gzip')
    if shutil.which('zstd'):
        done = subprocess.run(['zstd', '-q', '-c'], input=data, capture_output=True, check=True)
        same_as_whole(case, [case.write('packed.pcap.zst', done.stdout)], [0], 'zstd')
    of_link = {link: case.frames(link) for _, link in KINDS}
    mixed = []
    for i in range(len(frames)):
        own, dlt = of_link[KINDS[i % len(KINDS)][1]]
        mixed.append((dlt, own[i]))
    same_as_whole(case, [case.write('mixed.pcapng', capfile.mixed(mixed))], [0], 'all link layers in one file')


# ---- parts of a capture: what they lack must not be held against anybody ----

# Findings that speak of the capture, and those that a part may draw beside the whole: as what, and why.
PART_RULES = {
    'capture-cut': ('note', 'says that it is the capture'),
    'tcp-gap': ('note', 'says that it is the capture'),
    'tcp-resync': ('note', 'says that it is the capture'),
    'manscdp-cut': ('note', 'says that it is the capture'),
    'sip-request-unanswered': ('note', 'not in this capture'),
    'manscdp-query-unanswered': ('note', 'not in this capture'),
    'manscdp-response-incomplete': ('note', 'not in this capture'),
    'manscdp-config-missing': ('note', 'not in this capture'),
    'gb-mediastatus-no-bye': ('note', 'the platform ends it in the other direction'),
    'gb-broadcast-no-invite': ('note', 'not in this capture'),
    'manscdp-response-sn': ('note', 'what its SN is the answer to is not in this capture'),
    'auth-challenge-abandoned': ('note', 'not in this capture'),
    'manscdp-response-unsolicited': ('note', 'its question is not in this capture'),
    'gb-session-id': ('note', 'its request is not in this capture'),
    'gb-snapshot-count': ('note', 'the other pictures are not in this capture'),
    'gb-snapshot-unfinished': ('note', 'not in this capture'),
    'gb-upgrade-unfinished': ('note', 'not in this capture'),
    'gb-upgrade-no-register': ('note', 'not in this capture'),
    'gb-upload-not-fetched': ('note', 'not in this capture'),
    'gb-alarm-not-reset': ('note', 'not in this capture'),
    'gb-position-interval': ('note', 'the others are not in this capture'),
    'gb-subscription-481': ('note', 'its subscription is not in this capture'),
    'gb-notify-carrier': ('note', 'its subscription is not in this capture'),
    'sip-response-stray': ('warning', 'its request was under way when the capture began'),
}


# So many frames are tried as the first one, whatever they hold.
MANY = 12


def said(report):
    """(rule, severity, message without its numbers) of each finding"""
    return {(f['rule'], f['severity'], re.sub(r'\d+', 'N', f['message'])) for f in report['findings']}


def nothing_new(case, frames, dlt, what, whole):
    report = case.report(case.write('part.pcap', capfile.write(frames, dlt)))
    new = [x for x in said(report) - whole if PART_RULES.get(x[0], ('',))[0] != x[1]]
    check(not new, f'{case.name}, {what}: new findings {sorted(new)}')
    return report


def bare(data):
    """A TCP segment without data, over IPv4 and Ethernet: who begins with it begins as if with the next one."""
    return data[12:14] == b'\x08\x00' and data[23] == 6 and len(data) == 14 + 20 + 4 * (data[46] >> 4)


def later_start(case):
    frames, dlt = case.frames()
    whole = said(case.whole())
    for i in range(1, len(frames)):
        if i > MANY and bare(frames[i][1]):
            continue
        nothing_new(case, frames[i:], dlt, f'from frame {i + 1} on', whole)


def one_direction(case):
    """All messages of each peer, from its frames alone."""
    frames, dlt = case.frames('raw')
    report = case.whole()
    whole, total = said(report), 0
    for source in sorted({data[12:16] for _, data, _ in frames}):
        part = nothing_new(case, [x for x in frames if x[1][12:16] == source], dlt,
                           f'only what {".".join(map(str, source))} sent', whole)
        total += part['summary']['messages']
    check(total == report['summary']['messages'],
          f'{case.name}: {total} of {report["summary"]["messages"]} messages in the two directions')


def snapped(case):
    """Each frame cut after so many octets."""
    frames, dlt = case.frames()
    whole = said(case.whole())
    for size in (96, 160, 256, 400):
        nothing_new(case, [(t, data[:size], n) for t, data, n in frames], dlt, f'cut after {size} octets', whole)


# ---- copies that a mirror port makes ----

def hop(data):
    """Behind a router: one less of its time to live, other Ethernet addresses."""
    six = data[12:14] == b'\x86\xdd'
    packet = bytearray(data[14:])
    packet[7 if six else 8] -= 1
    if not six:
        packet[10:12] = b'\0\0'
        packet[10:12] = checksum(bytes(packet[:20])).to_bytes(2, 'big')
    return b'\2\0\0\0\0\x0a\2\0\0\0\0\x0b' + data[12:14] + bytes(packet)


COPIES = {
    'as it is': lambda data: data,
    'behind a router': hop,
    'with a VLAN tag': lambda data: data[:12] + b'\x81\0\0\x64' + data[12:],
}

def copies(case):
    """Each frame twice, some milliseconds apart: no repeat of the sender's."""
    frames, dlt = case.frames()
    want = case.whole()
    for name, copy in COPIES.items():
        # IPv6 has no identification: it may be a repeat.
        if name == 'as it is' and any(data[12:14] == b'\x86\xdd' for _, data, _ in frames):
            continue
        double = []
        for i, (time_ns, data, size) in enumerate(frames):
            again = copy(data)
            double += [(time_ns, i, data, size), (time_ns + 300_000, i + 0.5, again, size + len(again) - len(data))]
        double.sort(key=lambda x: x[0])
        number = {0: 0}
        for at, (_, i, _, _) in enumerate(double):
            number[at + 1] = int(i) + 1
        got = case.report(case.write('copies.pcap', capfile.write([(t, d, n) for t, _, d, n in double], dlt)))
        compare(by_numbers(want, lambda n: n), by_numbers(got, number.get), f'{case.name}, each frame once more {name}')


def by_numbers(report, number):
    """The report with its frames by other numbers, without what counts frames, datagrams or segments."""
    def walk(thing):
        if isinstance(thing, list):
            return [walk(x) for x in thing]
        if not isinstance(thing, dict):
            return thing
        return {k: number(v) if k == 'frame' and v is not None else walk(v) for k, v in thing.items()
                if k not in ('frames', 'transport')}
    return json.dumps(walk({k: v for k, v in report.items() if k != 'captures'}), indent=1, ensure_ascii=False,
                      sort_keys=True)


# ---- many files ----

def few_descriptors(suite):
    """Hundreds of files, more than descriptors may be open; some of them compressed."""
    def run():
        case = Case(suite, suite.top / 'samples' / 'registration.flow', 'tcp-bytes', 'many')
        frames, dlt = case.frames()
        step = max(1, len(frames) // 400)
        files, firsts = [], []
        for i in range(0, len(frames), step):
            data = capfile.write(frames[i:i + step], dlt, KINDS[i // step % 2][0])
            files.append(case.write(f'{i}.cap', gzip.compress(data) if i % 5 == 0 else data))
            firsts.append(i)
        check(len(files) > 300, f'only {len(files)} files')
        order = list(range(len(files)))
        random.Random(1).shuffle(order)
        args = [*suite.wrap, suite.program, 'report', '-f', 'json', *case.options, *(files[i] for i in order)]
        done = suite.command(['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh', *map(str, args)])
        check(done.returncode == 0, f'exit status {done.returncode}: {done.stderr[-300:]}')
        compare(without_places(case.whole(), [0]),
                without_places(json.loads(done.stdout), [firsts[i] for i in order]), 'hundreds of files')
        for path in files:
            path.unlink()
    return Test('metamorphic: hundreds of files, 64 descriptors', run)


def one(suite, path, way, text, function):
    def run():
        function(Case(suite, path, way, text))
    return Test(f'metamorphic {path.stem} as {way}: {text}', run)


def tests(suite):
    paths = sorted((suite.tests / 'flows').glob('*.flow')) + sorted((suite.top / 'samples').glob('*.flow'))
    out = [few_descriptors(suite)]
    for path in paths:
        # Two minutes between two files: perhaps nobody captured, and gb-keepalive-gap says nothing. Nor is a usual
        # interval known.
        if path.stem not in ('keepalive-lost', 'devices', 'notices'):
            out += [one(suite, path, way, 'a file for each record', every_record) for way in WAYS]
        out += [one(suite, path, way, 'from each frame on', later_start) for way in ('plain', 'tcp')]
        out += [one(suite, path, way, 'one direction', one_direction) for way in ('plain', 'tcp-thirds')]
        out += [one(suite, path, way, 'cut frames', snapped) for way in WAYS]
        out += [one(suite, path, 'plain', 'packed', packed)]
        out += [one(suite, path, way, 'copies', copies) for way in (*WAYS, 'ipv6')]
    for name in ('catalog', 'registration-tcp'):
        path = suite.top / 'samples' / f'{name}.flow'
        out += [one(suite, path, way, 'cut in two at each record', two_files) for way in ('tcp-thirds', 'fragments')]
    return out
