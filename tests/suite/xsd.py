"""xsd - the schemas that gbscope writes, and xmllint as another judge of the same bodies.

Each body of the samples, the flows, the rules' flows, and what flows/bodies.py makes, is judged by gbscope and by
xmllint with the schema of its command. They must agree, or what gbscope found on the body must say why not."""
import collections
import dataclasses
import itertools
import re
import shutil
import xml.etree.ElementTree as etree

import bodies
import capfile
import flow as flowlang
import frames
import rulefile

from .base import Failure, Skip, Test, check, text

DEVICE, PLATFORM = ('192.168.10.14', 5060), ('192.168.10.2', 5060)
START = 1767578400 * 10**9
LARGE = 60000        # more does not fit into a datagram
BATCH = 150          # bodies in a capture, files for one xmllint
EDITIONS = {'': 'auto', **bodies.YEARS}

# Why a schema may refuse what gbscope lets pass: findings that are no errors, by the kind of difference.
LIGHTER = {
    'order': ['field-order'],
    'unknown element': ['field-unknown'],
    'value that is seen in the field': ['value-vendor', 'value-odd', 'value-edition', 'deviceid-form',
                                        'deviceid-odd'],
    'empty': ['field-empty-optional', 'field-blank'],
    'too long': ['field-length'],
    'how often': ['field-absent', 'field-repeated-odd'],
    'place': ['field-misplaced', 'field-text'],
    'name': ['field-case', 'field-spelling', 'namespace'],
    'edition that is guessed': ['edition-guessed'],
    'condition across fields, a warning': ['command-several'],
}
KIND_OF = {'manscdp-' + rule: kind for kind, rules in LIGHTER.items() for rule in rules}
# Those that move what xmllint expects next.
STRUCTURE = {'order', 'unknown element', 'how often', 'place', 'name', 'edition that is guessed'}
ORDER = [*LIGHTER, 'order of what has no place']
# What a schema cannot say.
CONDITIONS = {'manscdp-ptz-invalid': 'checksum of PTZCmd',
              'manscdp-field-condition': 'condition across fields'}


@dataclasses.dataclass
class Body:
    origin: str
    edition: str         # '' where no one says which
    content: bytes
    response: bool = False
    verdict: str = None
    found: list = dataclasses.field(default_factory=list)
    errors: list = None  # of xmllint: [(line, text)]; None: there is no schema for it

    def tree(self):
        try:
            return etree.fromstring(self.content)
        except etree.ParseError:
            return None


# ---- bodies ----

def decoded(data):
    """As UTF-8 with a declaration that says so, since the character set is not what is compared."""
    declared = re.search(rb'encoding\s*=\s*["\']([^"\']*)', data[:200])
    names = ['utf-8', 'gb18030']
    if declared and declared[1][:2].lower() == b'gb':
        names.reverse()
    for name in names:
        try:
            content = data.decode(name).lstrip('\ufeff')
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    content = re.sub(r'^\s*<\?xml[^>]*\?>[ \t]*\r?\n?', '', content)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + content).encode('utf-8', 'replace')


def bodies_of(flow, origin):
    for m in flowlang.messages(flow):
        head, _, content = m.data.partition(b'\r\n\r\n')
        if content and re.search(rb'(?im)^(content-type|c)\s*:\s*application/manscdp\+xml', head):
            content = decoded(content)
            if content:
                yield origin, content, head.startswith(b'SIP/')


def written(suite):
    """Of samples and flows, each text once, in any edition."""
    seen = set()
    paths = sorted((suite.top / 'samples').glob('*.flow')) + sorted((suite.tests / 'flows').glob('*.flow'))
    def flows():
        for path in paths:
            yield flowlang.load(path), path.stem
        for path in sorted((suite.tests / 'flows' / 'rules').glob('*.rule')):
            for case in rulefile.load(path):
                yield case.flow, f'{case.rule} {case.text}'

    for flow, name in flows():
        try:
            for origin, content, response in bodies_of(flow, name):
                if (content, response) not in seen and len(content) < LARGE:
                    seen.add((content, response))
                    for edition in EDITIONS:
                        yield Body(origin, edition, content, response)
        except flowlang.FlowError:
            continue


def generated():
    for body in bodies.valid():
        yield Body(body.name, body.edition, decoded(body.text().encode('utf-8')))
    for body in bodies.broken():
        yield Body(f'{body.name} {body.field} {body.what}', body.edition,
                   decoded(body.text().encode('utf-8')))


ODD = ['0', '1', '+5', '-1', '007', ' 5 ', '1e9', '1E-9', '-1.5e2', '1e', '5.', '.5', '.', 'INF', 'NaN', '0x10', '1,5',
       '180.0000001', '-180.0000001', '360', '360.00000049', '99999999999999999999999', '\u0663', '5/6', '5//6', '/5', '5/',
       '1/2/3/99', '2026-01-05T24:00:00', '2026-02-29T10:00:00', '2024-02-29T23:59:59.25Z', '2026-01-05 10:00:00',
       '2026-01-05T10:00:00+08:00', '2026-01-05T10:00:00+14:30', '0000-01-05T10:00:00', '2026-1-5T1:0:0',
       '2026-01-05T10:00:60', '12026-01-05T10:00:00', '2026-01-05T10:00:00.', '340200', '3402000', '340200000013200000',
       '34020000001320000001', '340200000013200000012', 'on', 'ON', 'Ok', 'true', '  ', 'x' * 33, 'x' * 1025,
       '\u89c6' * 32, '\u89c6' * 33, 'a&b<c', '00-1a-2B-3c-4d-5e', '00:1A:2B:3C:4D:5E', '1,2,3,4', '1,2,3', '4:3', 'a b']


def odd():
    """A field of each kind with texts that readers of types trip over."""
    seen = set()
    for command in bodies.load():
        edition = max(command.editions)
        for full in bodies.fulls(command, edition):
            breaker = bodies.Breaker(full)
            for path, f in command.walk():
                kind = (f.attribute, f.type, f.low, f.high, f.length, f.list, f.pattern, f.weight,
                        bool(f.min) and edition in f.must, tuple((v.text, v.weight) for v in f.values))
                if f.type in ('complex', 'open') or path == ('CmdType',) or kind in seen \
                        or not full.top.find(path):
                    continue
                seen.add(kind)
                for value in ODD:
                    body = breaker.set(path, 'odd', 'type', f.weight, value)
                    yield Body(f'{full.name} {"/".join(path)} {value!r}', edition,
                               decoded(body.text().encode('utf-8')))


# ---- gbscope ----

def message(body, number):
    version = f'X-GB-Ver: {bodies.VERSIONS[body.edition]}\r\n' if body.edition else ''
    common = (f'From: <sip:34020000001320000001@3402000000>;tag=f{number}\r\n'
              f'To: <sip:34020000002000000001@3402000000>{{}}\r\n'
              f'Call-ID: {number}@gb\r\nCSeq: {number} MESSAGE\r\n{version}')
    via = f'Via: SIP/2.0/UDP {DEVICE[0]}:{DEVICE[1]};rport{{}};branch=z9hG4bK{number}\r\n'
    content = (f'Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(body.content)}\r\n\r\n'
               ).encode() + body.content
    nothing = b'Content-Length: 0\r\n\r\n'
    request = (f'MESSAGE sip:34020000002000000001@{PLATFORM[0]} SIP/2.0\r\nMax-Forwards: 70\r\n'
               + via.format('') + common.format('')).encode()
    answer = ('SIP/2.0 200 OK\r\n' + via.format(f'={DEVICE[1]};received={DEVICE[0]}')
              + common.format(f';tag=t{number}')).encode()
    return request + (nothing if body.response else content), \
        answer + (content if body.response else nothing)


def judge(suite, name, batch):
    """Sets verdict and findings. Body i is in frame 2 i + 1, or in 2 i + 2 as a response."""
    out = []
    for i, body in enumerate(batch):
        for j, data in enumerate(message(body, i + 1)):
            src, dst = (DEVICE, PLATFORM) if j == 0 else (PLATFORM, DEVICE)
            for packet in frames.ip(src[0], dst[0], frames.UDP, frames.udp(src, dst, data),
                                    2 * i + j + 1, 65535):
                out.append((START + (200 * i + 5 * j) * 10**6, packet, len(packet)))
    path = suite.folder('xsd') / f'{name}.pcap'
    path.write_bytes(capfile.write(out, frames.LINKS['raw'][0]))
    report = suite.report('--all-findings', path)
    by_frame = {2 * i + 1 + body.response: body for i, body in enumerate(batch)}
    for dialog in report['dialogs']:
        for t in dialog['transactions']:
            for m in [t['request'] and {**t['request'], 'body': t['body']}, *t['responses']]:
                if m and m['body'] and m['frame'] in by_frame:
                    by_frame[m['frame']].verdict = m['body']['verdict']
    for f in report['findings']:
        if f['frame'] in by_frame and f['rule'].startswith('manscdp-'):
            by_frame[f['frame']].found.append(f)


# ---- xmllint ----

def schemas(suite, which):
    """{edition: folder}, written now."""
    out = {}
    for edition, year in EDITIONS.items():
        out[edition] = suite.folder(f'xsd/{which}') / year
        shutil.rmtree(out[edition], ignore_errors=True)
        suite.call('dictionary', '--edition', year, '--xsd', out[edition], status=0)
    return out


def schema_of(body, folders, commands):
    tree = body.tree()
    if tree is None:
        return None
    name = (tree.findtext('CmdType') or '').strip()
    if body.response and tree.tag == 'Response' and tree.find('Result') is not None:
        name = '200'
    for command in commands:
        if command.root == tree.tag and name in [n for n, _ in command.aliases]:
            name = command.name
    path = folders[body.edition] / f'{tree.tag}-{name}.xsd'
    return path if re.fullmatch(r'[\w.-]+', path.stem) and path.exists() else None


def lint(suite, schema, batch, folder):
    files = {}
    for i, body in enumerate(batch):
        path = folder / f'{schema.parent.name}-{schema.stem}-{i}.xml'
        path.write_bytes(body.content)
        files[str(path)] = body
        body.errors = []
    done = suite.command(['xmllint', '--noout', '--nonet', '--schema', schema, *files])
    said = set()
    for line in text(done.stderr).splitlines():
        m = re.match(r'(.+?\.xml)(?::(\d+))?(?::| )(.*)', line)
        if not m or m[1] not in files:
            continue
        if m[3].startswith(('validates', 'fails to validate')):
            said.add(m[1])
        elif m[2] and 'error' in m[3]:
            files[m[1]].errors.append((int(m[2]), m[3].strip()))
            said.add(m[1])
    check(done.returncode in (0, 1, 3, 4) and said == set(files),
          f'xmllint with {schema}: exit status {done.returncode}, {len(files) - len(said)} files without '
          f'a word\n{text(done.stderr)[-1500:]}')
    for path in files:
        (folder / path).unlink()


def lint_all(suite, which, everything, folders):
    by_schema, commands = collections.defaultdict(list), bodies.load()
    for body in everything:
        schema = schema_of(body, folders, commands)
        if schema:
            by_schema[schema].append(body)
    for schema, batch in by_schema.items():
        for at in range(0, len(batch), BATCH):
            lint(suite, schema, batch[at:at + BATCH], suite.folder(f'xsd/{which}'))


# ---- the two of them ----

class Explainer:
    def __init__(self):
        self.of = set()         # paths of fields that only some catalog nodes need
        self.open = set()       # names of elements with open content
        self.any = set()        # names of fields without a place
        for command in bodies.load():
            for path, f in command.walk():
                if f.of:
                    self.of.add('/'.join((command.root,) + path))
                if f.type == 'open':
                    self.open.add(f.name)
        for e in etree.parse(bodies.DICTIONARY).iter('field'):
            if e.get('place'):
                self.any.add(e.get('name'))

    def one_refused(self, body, line, error):
        """Of one error of xmllint's: its kind, by what gbscope found on that line; what is about the order of
        elements is told once by either, and not on the same element."""
        order = re.search(r"Element '([^']*)': (This element is not expected|Missing child)", error)
        kinds = {KIND_OF[f['rule']] for f in body.found if f['rule'] in KIND_OF
                 and (f['line'] in (line, None) or f['field'].endswith('/CmdType')
                      or (order and KIND_OF[f['rule']] in STRUCTURE))}
        for kind in LIGHTER:
            if kind in kinds:
                return kind
        if order and (order[1] in self.any or set(re.findall(r'\w+', error)) & self.any):
            return 'order of what has no place'
        return None

    def refused(self, body):
        """xmllint says no, gbscope says valid: the kind of difference, or None."""
        kinds = [self.one_refused(body, *error) for error in body.errors]
        return None if None in kinds else min(kinds, key=ORDER.index)

    def passed(self, body):
        """xmllint says yes, gbscope says no."""
        kinds = set()
        for f in body.found:
            if f['severity'] != 'error':
                continue
            path = re.sub(r'\[\d+\]', '', f['field'] or '').strip('/')
            if f['rule'] in CONDITIONS:
                kinds.add(CONDITIONS[f['rule']])
            elif f['rule'] == 'manscdp-field-missing' and path in self.of:
                kinds.add('needed by kinds of catalog nodes')
            elif f['rule'] == 'manscdp-field-missing' and not body.edition \
                    and any(x['rule'] == 'manscdp-edition-guessed' for x in body.found):
                kinds.add('needed in the edition that its sender named before')
            elif f['rule'] in ('manscdp-field-missing', 'manscdp-field-repeated') \
                    and set(path.split('/')[:-1]) & self.open:
                kinds.add('how often in open content')
            else:
                return None
        return min(kinds) if kinds else None


def compare_one(body, explain):
    """(kind, explained)"""
    broken = body.verdict == 'malformed' or body.tree() is None
    if broken:
        rest = {'manscdp-trailing-bytes', 'manscdp-declaration-bad', 'manscdp-declaration-late'}
        trees = body.tree() is None or any(f['rule'] == 'manscdp-xml-malformed' or 'xml' in f['rule']
                                           or 'doctype' in f['rule'] for f in body.found)
        return 'both: no XML', trees and (body.verdict == 'malformed'
                                          or bool(rest & {f['rule'] for f in body.found}))
    if body.errors is None:
        other = {'manscdp-command-unknown', 'manscdp-root-unknown', 'manscdp-field-case', 'manscdp-edition',
                 'manscdp-edition-guessed', 'manscdp-field-missing', 'manscdp-namespace'} & {f['rule'] for f in body.found}
        return 'no schema: unknown command, or of another edition', body.verdict != 'valid' or bool(other)
    right, ours = not body.errors, body.verdict == 'valid'
    if right == ours:
        return f'both: {"valid" if ours else "invalid"}', True
    kind = explain.refused(body) if ours else explain.passed(body)
    side = 'xmllint: invalid, gbscope: valid' if ours else 'xmllint: valid, gbscope: invalid'
    return f'{side}: {kind or "?"}', kind is not None


def agree(suite, which, everything):
    """{kind: how often}; fails where a difference has no reason."""
    if not shutil.which('xmllint'):
        raise Skip('no xmllint')
    folders = schemas(suite, which)
    explain, total, wrong = Explainer(), collections.Counter(), []
    # A batch at a time: what this process holds, other tests take for the memory of their children.
    everything = iter(everything)
    for number in itertools.count():
        batch = list(itertools.islice(everything, BATCH))
        if not batch:
            break
        judge(suite, f'{which}-{number}', batch)
        lint_all(suite, which, batch, folders)
        for body in batch:
            kind, explained = compare_one(body, explain)
            total[kind] += 1
            if not explained:
                wrong.append(f'{body.origin} ({body.edition or "auto"}): {kind}; {body.verdict}; xmllint: '
                             f'{body.errors}; gbscope: '
                             + ', '.join(f'{f["severity"]} {f["rule"]} {f["field"]}' for f in body.found))
    (suite.folder('xsd') / f'{which}.tsv').write_text(
        ''.join(f'{n}\t{kind}\n' for kind, n in sorted(total.items())), encoding='utf-8')
    check(not wrong, f'{len(wrong)} of {total.total()} bodies: a difference without a reason\n'
          + '\n'.join(x[:600] for x in wrong[:40]))
    return total


def oracle(suite, which, make):
    def run():
        total = agree(suite, which, make())
        check(total['both: valid'] and total['both: invalid'], f'one of them says always the same: {total}')
    return Test(f'xsd: xmllint agrees on {which} bodies', run)


def form(suite):
    """The schema of dictionaries, with ours, with the sample, and with what is printed of both."""
    def run():
        if not shutil.which('xmllint'):
            raise Skip('no xmllint')
        merged = suite.folder('xsd') / 'merged.xml'
        suite.call('dictionary', '--dictionary', 'samples/acme.xml', '-o', merged, status=0)
        ours = suite.top / 'dissect' / 'manscdp.xml'
        printed = suite.call('dictionary', status=0).stdout
        check(printed == ours.read_bytes(), 'dictionary prints something else than ours')
        done = suite.command(['xmllint', '--noout', '--nonet', '--schema',
                              suite.top / 'docs' / 'dictionary.xsd', ours,
                              suite.top / 'samples' / 'acme.xml', merged])
        if done.returncode != 0:
            raise Failure(text(done.stderr)[-3000:])
        again = suite.folder('xsd') / 'again.xml'
        again.write_bytes(merged.read_bytes())
        check(b'AcmeLens' in merged.read_bytes(), 'what was added is not printed')
        want = suite.call('explain', '--dictionary', 'samples/acme.xml', 'AcmeTemperature').stdout
        check(b'Acme manual 4.2' in want, 'what was added is not explained')
    return Test('xsd: the form of dictionaries', run)


def unwritable(suite):
    def run():
        place = suite.folder('xsd') / 'file'
        place.write_text('no folder')
        for folder in (place, place / 'below', '/proc/no-such-place'):
            done = suite.call('dictionary', '--xsd', folder, status=2)
            check(len(text(done.stderr).splitlines()) == 1 and str(folder) in text(done.stderr),
                  f'{folder}: {text(done.stderr)}')
        suite.call('dictionary', '--edition', '2016', status=2)
        suite.call('dictionary', '--xsd', place, '-o', place, status=2)
        check(place.read_text() == 'no folder', 'wrote over a file')
        there = suite.folder('xsd') / 'there'
        names = text(suite.call('dictionary', '--xsd', there, status=0).stdout).splitlines()
        check(sorted(names) == sorted(str(p) for p in there.iterdir()), 'other files than it names')
    return Test('xsd: a folder that cannot be written', run)


def tests(suite):
    return [form(suite), oracle(suite, 'written', lambda: written(suite)),
            oracle(suite, 'generated', generated), oracle(suite, 'odd', odd), unwritable(suite)]
