"""fields - the registry: every name is listed once, is what its schema says, can be explained, and is Wireshark's."""
import json
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree

from . import golden
from .base import Failure, Skip, Test, check, compare, text
from .coverage import script
from .flows import report_on

BATCH = 300     # names of one call

# Names of ours that begin with sip. or sdp. and that Wireshark does not have.
NOT_WIRESHARK = {
    'sip.X-GB-Ver': 'a header of GB/T 28181', 'sip.X-RoutePath': 'a header of GB/T 28181',
    'sip.X-PreferredPath': 'a header of GB/T 28181', 'sip.Monitor-User-Identity': 'a header of GB/T 28181',
    'sip.SecurityInfo': 'a header of GB/T 28181', 'sip.Note': 'a header of GB/T 28181',
    'sip.Proxy-Authentication-Info': 'a header that Wireshark does not know',
    'sip.Transfer-Encoding': 'a header that Wireshark does not know',
    'sip.Referred-By': 'written as RFC 3892 does; Wireshark has sip.Referred-by',
    'sip.SIP-ETag': 'named as its header is; Wireshark has sip.ETag',
    'sip.SIP-If-Match': 'named as its header is; Wireshark has sip.If_Match',
    'sip.auth.verdict': 'what gbscope says', 'sip.auth.decision': 'what gbscope says',
    'sip.auth.nonce_check': 'what gbscope says',
    'sdp.y': 'a line of GB/T 28181', 'sdp.f': 'a line of GB/T 28181',
}


def listed(suite, *patterns):
    return json.loads(suite.call('fields', '-f', 'json', *patterns, status=0).stdout)


def schema(suite):
    def run():
        folder = suite.folder('fields')
        commands = [['fields'], ['fields', '*Num'], ['explain', 'sip.CSeq', 'sip-cseq-method', 'manscdp.Catalog',
                                                    'SumNum', 'Query', '/Notify/Status']]
        files = []
        for i, command in enumerate(commands):
            files.append(folder / f'{i}.json')
            suite.call(*command, '-f', 'json', '-o', files[-1], status=0)
        python = suite.python_with('jsonschema')
        validate = [python, suite.tests / 'schema' / 'validate', suite.top / 'docs' / 'fields.schema.json']
        done = suite.command([*validate, *files])
        check(done.returncode == 0, text(done.stdout)[-3000:])
        wrong = json.loads(files[0].read_text(encoding='utf-8'))
        del wrong[0]['unit']
        files[0].write_text(json.dumps(wrong), encoding='utf-8')
        check(suite.command([*validate, files[0]]).returncode != 0, 'a field without unit passed')
    return Test('fields: JSON is what the schema says', run)


def page(suite):
    def run():
        told = set(re.findall(r'`([^`\s]+)`', (suite.top / 'docs' / 'fields.md').read_text(encoding='utf-8')))
        rows = listed(suite)
        missing = {member for row in rows for member in row} | {row['type'] for row in rows}
        check(not missing - told, f'docs/fields.md does not have {sorted(missing - told)}')
    return Test('fields.md has every member and every type', run)


def dictionary_names(path):
    """The names of all elements of the dictionary, by a reader of its own."""
    top, out = ElementTree.parse(path).getroot(), []
    groups = {x.get('name'): x for x in top if x.tag == 'group'}

    def walk(node, name):
        for child in node:
            if child.tag == 'use':
                walk(groups[child.get('group')], name)
            elif child.tag in ('field', 'attr'):
                dot = '.@' if child.tag == 'attr' else '.'
                out.append(f'{name}{dot}{child.get("name")}')
                walk(child, out[-1])
                out.extend(f'{name}{dot}{x.get("name")}' for x in child if x.tag == 'alias')

    for command in top:
        if command.tag == 'command':
            walk(command, f'manscdp.{command.get("root")}.{command.get("name")}')
    return out


def whole(suite):
    def run():
        names = [row['name'] for row in listed(suite)]
        doubled = sorted({n for n in names if names.count(n) > 1})
        check(not doubled, f'twice: {doubled}')
        want = dictionary_names(suite.top / 'dissect' / 'manscdp.xml')
        got = {n for n in names if n.count('.') > 2 and n.startswith('manscdp.')}
        check(set(want) == got, f'not as in the dictionary: {sorted(set(want) ^ got)[:20]}')
        headers = re.findall(r'^H\(\w+, "([^"]+)"',
                             (suite.top / 'dissect' / 'sip_headers.def').read_text(encoding='utf-8'), re.M)
        missing = {'sip.' + h for h in headers} - set(names)
        check(not missing, f'headers without a field: {sorted(missing)}')
    return Test('fields: the whole dictionary, and every header', run)


def used(suite):
    """Names that findings and show have used."""
    def run():
        rows = listed(suite)
        known = {row['name'].lower() for row in rows} \
            | {'manscdp.' + re.sub(r'.*[.@]', '', row['name']) for row in rows if row['root']}
        named = set(re.findall(r'^S\("([^"]+)"', (suite.top / 'src' / 'field_rules.def').read_text(encoding='utf-8'),
                               re.M))
        for name, _, args in golden.cases(suite):
            path = golden.expected(suite, name)
            if not path.exists() or args[:1] not in (['report'], ['show']):
                continue
            body = path.read_text(encoding='utf-8')
            named |= set(re.findall(r'"field": ?"((?:sip|sdp|gb28181|mansrtsp)\.[^"]+)"', body))
            if args[0] == 'show':
                named |= set(re.findall(r'^(?:[0-9a-f]{6}| {6})  +((?:sip|sdp|gb28181|mansrtsp)\.\S+)', body, re.M))
        missing = sorted(n for n in named if n not in known and n.lower() not in known)
        check(not missing, f'not in src/fields.def: {missing}')
    return Test('fields: what findings and show name is known', run)


def explained(suite):
    """Every name by itself: its page, and its JSON."""
    def run():
        rows = listed(suite)
        names = [row['name'] for row in rows]
        for i in range(0, len(names), BATCH):
            some = names[i:i + BATCH]
            pages = set(text(suite.call('explain', *some, status=0).stdout).splitlines())
            check(set(some) <= pages, f'no page of {sorted(set(some) - pages)[:5]}')
            got = {}
            for row in json.loads(suite.call('explain', '-f', 'json', *some, status=0).stdout):
                got.setdefault(row['name'], row)
            for row in rows[i:i + BATCH]:
                check(got.get(row['name']) == row, f'{row["name"]}: explain says otherwise than fields')
    return Test('fields: each can be explained', run)


def rules(suite):
    """The same for rules, in any case of letters."""
    def run():
        want = json.loads(suite.call('rules', '-f', 'json', status=0).stdout)
        for change in (str, str.upper):
            names = [change(rule['id']) for rule in want]
            got = json.loads(suite.call('explain', '-f', 'json', *names, status=0).stdout)
            check(got == want, 'explain says otherwise than rules')
        pages = text(suite.call('explain', *[rule['id'] for rule in want], status=0).stdout).splitlines()
        check(set(pages) >= {rule['id'] for rule in want}, 'a rule without its page')
    return Test('fields: rules are explained beside them', run)


def shorter(suite):
    """Less than the name, and in other letters: finds it too."""
    def run():
        rows = [row for row in listed(suite) if row['short']]
        for form in (lambda r: r['short'], lambda r: r['name'].upper(),
                     lambda r: '/'.join(['', r['root'], *r['name'].split('.')[3:]]),
                     lambda r: r['name'].split('.')[-1]):
            asked = sorted({form(r) for r in rows})
            for i in range(0, len(asked), BATCH):
                some = asked[i:i + BATCH]
                got = {r['name'] for r in json.loads(
                    suite.call('explain', '-f', 'json', *some, status=0).stdout)}
                want = {r['name'] for r in rows if form(r) in some}
                check(want <= got, f'not found: {sorted(want - got)[:5]}')
    return Test('fields: found by less than their names', run)


WRONG = {
    'manscdp.Catalog.SumNun': 'manscdp.Catalog.SumNum', 'manscdp.catalog.devicelst': 'manscdp.Catalog.DeviceList',
    'SmuNum': 'SumNum', 'sip.Cseqs': 'sip.CSeq', 'sip.form.user': 'sip.from.user', 'Catlog': 'Catalog',
    'auth-respons-mismatch': 'auth-response-mismatch', 'keepalive-gap': 'gb-keepalive-gap',
    'manscdp.Response.Catalog.DeviceList.Item.ParentIDs': 'manscdp.Response.Catalog.DeviceList.Item.ParentID',
    'x' * 5000: None, '': None, '.': None, '/': None, '//': None, 'manscdp..': None, '.'.join('abcdefgh' * 20): None,
    '\x1b[31m': None, 'manscdp.Catalog.SumNum.': None, '@': None, '[1]': None, '\u4e2d\u6587': None,
}


def wrong(suite):
    def run():
        for name, near in WRONG.items():
            done = suite.call('explain', 'sip.CSeq', '--', name, status=2)
            said = text(done.stderr)
            check(not done.stdout, f'{name!r}: something came out')
            check(said.count('\n') == 1 and '\x1b' not in said, f'{name!r}: {said!r}')
            check(near is None or re.search(rf'(mean|,|or) {re.escape(near)}[,? ]', said), f'{name!r}: {said}')
        said = text(suite.call('fields', 'sip.cseqs', status=2).stderr)
        check('sip.CSeq' in said, said)
        suite.call('fields', '-f', 'yaml', status=2)
        suite.call('explain', '-f', 'yaml', 'sip.CSeq', status=2)
        suite.call('fields', '-o', '/no/such/folder/x', status=2)
    return Test('fields: wrong names are told with the nearest', run)


PATTERNS = {
    ('SIP.via',): lambda n: n.startswith('sip.Via'),
    ('manscdp.Catalog.',): lambda n: re.match(r'manscdp\.\w+\.Catalog\.', n),
    ('manscdp.Notify.Alarm', 'frame.'): lambda n: n.startswith(('manscdp.Notify.Alarm.', 'frame.')),
    ('*.sumnum',): lambda n: n.endswith('.SumNum'),
    ('sip.?o',): lambda n: n == 'sip.To',
    ('*a*a*a*a*a*a*a*b*c*d*e*f*g*h', '*'): lambda n: True,
    ('*.@*',): lambda n: '@' in n,
}


def patterns(suite):
    def run():
        names = [row['name'] for row in listed(suite)]
        for given, fits in PATTERNS.items():
            want = [n for n in names if fits(n)]
            try:
                got = [row['name'] for row in listed(suite, *given)]
            except Failure:
                got = []
            if given[0].startswith('*a*a'):     # names nothing, which is told
                check(not got, f'{given}: {got[:3]}')
                continue
            check(want and got == want, f'{given}: {sorted(set(got) ^ set(want))[:10]}')
            lines = text(suite.call('fields', '-q', *given, status=0).stdout).splitlines()
            check([line.split()[0] for line in lines] == want, f'{given}: text has other names')
    return Test('fields: beginnings and patterns', run)


def wireshark(suite):
    """The names are Wireshark's where it has them."""
    def run():
        if not shutil.which('tshark'):
            raise Skip('no tshark')
        done = suite.command(['tshark', '-G', 'fields'])
        known = {line.split('\t')[2] for line in text(done.stdout).splitlines() if line.startswith('F\t')}
        rows = listed(suite, 'sip.', 'sdp.', 'ip.', 'frame.')
        other = {row['name'] for row in rows} - known
        check(other == set(NOT_WIRESHARK), f'{sorted(other ^ set(NOT_WIRESHARK))}')
        spelled = {s['name'] for row in rows for s in row['spellings'] if '.' in s['name']}
        check(spelled <= known, f'{sorted(spelled - known)} are not names of Wireshark')
    return Test('fields: names are those of tshark', run)


def rules_of_fields(suite):
    def run():
        make = script(suite, 'make-field-rules')
        compare((suite.top / 'src' / 'field_rules.def').read_text(encoding='utf-8'),
                make.page(report_on(suite, case)[0] for case in make.cases()),
                'src/field_rules.def (docs/make-field-rules writes it)')
    return Test('field_rules.def is what make-field-rules makes', run)


def tests(suite):
    return [schema(suite), page(suite), whole(suite), used(suite), explained(suite), rules(suite), shorter(suite), wrong(suite),
            patterns(suite), wireshark(suite), rules_of_fields(suite)]
