"""torture - the messages of RFC 4475 and RFC 5118 and their kin: what is right is read right and not blamed,
what is wrong is named (torture/expected.tsv), and none stops what follows it.

The messages come from the folder with reference captures; without it these are skipped."""
import capfile
import frames as f
import variants

from .base import Skip, Test, check, text

START = 1767578400 * 10**9
SECOND = 10**9
CLIENT, SERVER = '198.51.100.1', '198.51.100.2'
MTU = 1500


def rows_of(suite):
    with open(suite.tests / 'torture' / 'expected.tsv', encoding='utf-8') as table:
        lines = [x.rstrip('\n').split('\t') for x in table if not x.startswith('#')]
    return [dict(zip(lines[0], x + [''] * len(lines[0]))) for x in lines[1:]]


def good(number):
    """A message like any other, and its answer."""
    request = [f'OPTIONS sip:ping@{SERVER} SIP/2.0', f'Via: SIP/2.0/UDP {CLIENT}:5060;branch=z9hG4bKgood{number}',
               'Max-Forwards: 70', f'From: <sip:me@{CLIENT}>;tag=g{number}', f'To: <sip:ping@{SERVER}>',
               f'Call-ID: good-{number}@gbscope.test', 'CSeq: 1 OPTIONS', 'Content-Length: 0', '', '']
    answer = ['SIP/2.0 200 OK', *request[1:2], request[3], request[4] + ';tag=s', *request[5:]]
    return ['\r\n'.join(x).encode() for x in (request, answer)]


def top_via(data):
    """The transport of the first Via, if one can be seen."""
    for line in data.split(b'\n\n')[0].split(b'\r\n\r\n')[0].split(b'\n'):
        name, _, value = line.partition(b':')
        if name.strip().lower() in (b'via', b'v'):
            return value.upper()
    return b''


class Wire:
    """Messages one after the other, each a second later."""

    def __init__(self):
        self.recorder = variants.Recorder(variants.BY_NAME['plain'], {'mtu': str(MTU)})
        self.now = START
        self.port = 20000

    def udp(self, data, src, dst):
        self.now += SECOND
        a, b = (src, 5060), (dst, 5060)
        self.recorder.packet(self.now, a, b, f.UDP, f.udp(a, b, data))

    def tcp(self, data):
        """A connection of its own; the number of the frame that ends the data."""
        self.now += SECOND
        self.port += 1
        c = f.Connection((CLIENT, self.port), (SERVER, 5060))
        for src, dst, payload in c.open() + c.send(c.ends[0], data, variants.whole(len(data))):
            self.recorder.packet(self.now, src, dst, f.TCP, payload)
        last = len(self.recorder.frames)
        for src, dst, payload in c.close():
            self.recorder.packet(self.now, src, dst, f.TCP, payload)
        return last

    def good(self, number):
        request, answer = good(number)
        self.udp(request, CLIENT, SERVER)
        self.udp(answer, SERVER, CLIENT)

    def message(self, data):
        via = top_via(data)
        if b'TCP' in via or b'TLS' in via or len(data) > 65000:
            return self.tcp(data)
        self.udp(data, CLIENT, SERVER)
        return len(self.recorder.frames)

    def write(self, path):
        path.write_bytes(capfile.write(self.recorder.frames, self.recorder.dlt, 'pcap'))


def blamed(report, frame, worst=('error',)):
    return {x['rule'] for x in report['findings']
            if x['severity'] in worst and (x['frame'] == frame or frame in x['frames'])}


def values_of(report, frame):
    """What is listed of the message in this frame, with the names of the table."""
    for d in report['dialogs']:
        for t in d['transactions']:
            start = None
            if t['request'] and t['request']['frame'] == frame:
                start = t['method']
            for r in t['responses']:
                if r['frame'] == frame:
                    start = str(r['status'])
            if start is not None:
                return {'start': start, 'call_id': d['call_id'], 'branch': t['branch'] or '',
                        'from': d['from']['uri'] or '', 'from_tag': d['from']['tag'] or '',
                        'to': d['to']['uri'] or '', 'to_tag': d['to']['tag'] or '',
                        'cseq': str(t['cseq']), 'cseq_method': t['method']}
    return {}


SHOWN = {
    'sip.r-uri': 'uri', 'sip.Via.transport': 'transport', 'sip.Via.sent-by.address': 'host',
    'sip.Via.branch': 'branch', 'sip.from.addr': 'from', 'sip.from.tag': 'from_tag', 'sip.to.addr': 'to',
    'sip.to.tag': 'to_tag', 'sip.Call-ID': 'call_id', 'sip.CSeq.seq': 'cseq', 'sip.CSeq.method': 'cseq_method',
    'sip.Method': 'start', 'sip.Status-Code': 'start',
}


def shown_of(out):
    """The first line of each field of `show`, of the first Via. A meaning stands behind three blanks."""
    got, vias = {}, 0
    for line in out.split('\nBytes\n')[0].splitlines():
        words = line[8:].strip().split(None, 1)
        vias += words[:1] in (['sip.Via'], ['sip.Via.transport'])
        if words and words[0].startswith('sip.Via.') and vias > 2:
            continue
        name = SHOWN.get(words[0]) if words else None
        if name is not None and name not in got:
            got[name] = words[1].split('   ')[0].strip() if len(words) > 1 else ''
    return got


def differences(row, got, names):
    out = []
    for name in names:
        want = row[name]
        if name == 'cseq' and got.get(name, '').isdigit() and want.isdigit():
            want, got[name] = str(int(want)), str(int(got[name]))
        if got.get(name, '') != want:
            out.append(f'{name} is {got.get(name)!r}, not {want!r}')
    return out


def one_message(suite, row):
    def run():
        folder = suite.folder('torture')
        path = folder / (row['file'].replace('/', '-').removesuffix('.dat') + '.pcap')
        wire = Wire()
        wire.good(1)
        frame = wire.message((suite.shared / 'captures' / 'torture' / row['file']).read_bytes())
        wire.good(2)
        wire.write(path)
        report = suite.report('--profile', 'rfc3261', '--all-findings', path)
        bad = []
        if report['summary']['messages'] != 5:
            bad.append(f'{report["summary"]["messages"]} messages, not 5')
        rules = row['rules'].split()
        if row['verdict'] == 'valid':
            extra = blamed(report, frame) - set(rules)
            if extra:
                bad.append(f'blamed for {", ".join(sorted(extra))}')
            bad += [f'report: {x}' for x in differences(
                row, values_of(report, frame),
                ('start', 'call_id', 'branch', 'from', 'from_tag', 'to', 'to_tag', 'cseq', 'cseq_method'))]
            shown = shown_of(text(suite.call('show', frame, path, status=0).stdout))
            bad += [f'show: {x}' for x in differences(row, shown, set(SHOWN.values()))]
        else:
            found = blamed(report, frame, ('error', 'warning', 'note'))
            for rule in rules:
                if not found & set(rule.split('|')):
                    bad.append(f'{rule} is not found, but {", ".join(sorted(found)) or "nothing"}')
        goods = {d['call_id'] for d in report['dialogs'] if d['outcome'] == 'ok'}
        for n in (1, 2):
            if f'good-{n}@gbscope.test' not in goods:
                bad.append(f'good message {n} is lost')
        check(not bad, f'{path}, frame {frame}:\n' + '\n'.join(bad))
    return Test(f'torture {row["section"]} {row["file"]}', run)


def all_messages(suite):
    """Each between two good ones, in one capture."""
    def run():
        wire, total = Wire(), 0
        wire.good(0)
        for path in sorted((suite.shared / 'captures' / 'torture').rglob('*')):
            if path.is_file():
                total += 1
                wire.message(path.read_bytes())
                wire.good(total)
        path = suite.folder('torture') / 'all.pcap'
        wire.write(path)
        check(total >= 400, f'only {total} messages')
        for form in ('json', 'text'):
            done = suite.call('report', '-f', form, path, status=0)
            check(not done.stderr, text(done.stderr))
        for command in (['list'], ['check', '--fail-on', 'error']):
            suite.call(*command, path, status=(0, 1))
        report = suite.report(path)
        goods = {d['call_id'] for d in report['dialogs'] if d['outcome'] == 'ok'}
        lost = [n for n in range(total + 1) if f'good-{n}@gbscope.test' not in goods]
        check(not lost, f'{path}: {len(lost)} good messages are lost: {lost[:20]}')
    return Test('torture: none stops what follows', run)


def tests(suite):
    if not (suite.shared / 'captures' / 'torture').is_dir():
        def skip():
            raise Skip('no folder with reference captures (GBSCOPE_SHARED)')
        return [Test('torture', skip)]
    return [one_message(suite, row) for row in rows_of(suite)] + [all_messages(suite)]
