"""charset - the same Chinese names in each character set, declared rightly, wrongly and not at all.

The names that come out are those that went in, by Python's codecs and by the program iconv, which were written by
others. What is wrong with a declaration is said, with the first octet that proves it."""
from . import bodies
from .base import Skip, Test, check

# Sets that have the name, narrowest first; the last is in none but GB18030 and UTF-8.
NAMES = {
    'gb2312': ['东门', '一号停车场枪机', '网络摄像机（球机）', '①层Ⅲ区', 'Ω站β', 'ⅣЖ口', '东', '模拟'],
    'gbk': ['朱镕基路', '東門', '喆', '犇牛', '囧区', '堃'],
    'gb18030': ['𠀀路', '㐂寿', '东门𪚥', '𬭎', 'ñandú站'],
}
UP = ['gb2312', 'gbk', 'gb18030']
REAL = {'gb2312': 'GB2312', 'gbk': 'GBK', 'gb18030': 'GB18030', 'utf-8': 'UTF-8'}
# How the field spells them.
SPELLED = {'gb2312': ['GB2312', 'gb2312', 'Gb2312', 'gb_2312-80', 'GB_2312-80', 'EUC-CN', 'gb-2312'], 'gbk': ['GBK', 'gbk', 'CP936'],
           'gb18030': ['GB18030', 'gb18030', 'GB-18030'], 'utf-8': ['UTF-8', 'utf-8', 'utf8', 'UTF8', 'Utf-8']}


def body_of(name, declared, coded, more=''):
    head = f'<?xml version="1.0" encoding="{declared}"?>\r\n' if declared else '' if declared is None else '<?xml version="1.0"?>\r\n'
    text = (f'{head}<Response>\r\n<CmdType>DeviceInfo</CmdType>\r\n<SN>1</SN>\r\n<DeviceID>34020000001110000001</DeviceID>\r\n'
            f'<DeviceName>{name}</DeviceName>\r\n<Result>OK</Result>{more}\r\n</Response>\r\n')
    return text.encode(coded)


def said(findings):
    return sorted(f['rule'] for f in findings if f['rule'].startswith('manscdp-') and 'response' not in f['rule'])


def wanted(real, declared):
    """The rules that a body in `real`, whose declaration says `declared`, draws."""
    if declared is None:
        return [] if real == 'utf-8' else ['manscdp-charset-mismatch']
    if declared == '':
        return ['manscdp-no-encoding'] if real == 'utf-8' else ['manscdp-charset-mismatch']
    said_set = next((k for k, v in SPELLED.items() if declared in v), None)
    if said_set == real or real in UP and said_set in UP and UP.index(real) <= UP.index(said_set):
        return []
    if real in UP and said_set in UP:
        return ['manscdp-charset-narrow']
    return ['manscdp-charset-mismatch']


def by_iconv(suite, octets, coded):
    done = suite.command(['iconv', '-f', coded, '-t', 'UTF-8'], data=octets)
    return done.stdout.decode() if done.returncode == 0 else None


def names(suite, narrow):
    def run():
        rows = []
        for name in NAMES[narrow]:
            for coded in UP[UP.index(narrow):] + ['utf-8']:
                for declared in [d for s in SPELLED.values() for d in s] + [None, '']:
                    rows.append((name, coded, declared))
        payloads = [bodies.message(n, body_of(*row[:1], row[2], row[1])) for n, row in enumerate(rows)]
        for (name, coded, declared), (body, findings) in zip(rows, bodies.read(suite, f'charset {narrow}', payloads)):
            what = f'{name} in {coded}, declared {declared}'
            # What a set shares with a narrower one is told as the narrower.
            real = narrow if coded in UP else coded
            check(body['charset'] == REAL[real], f'{what}: {body["charset"]}')
            check(body['fields']['Response']['DeviceName'] == name, f'{what}: {body["fields"]}')
            check(body['verdict'] == 'valid', f'{what}: {body["verdict"]}')
            check(said(findings) == wanted(real, declared), f'{what}: {said(findings)}, not {wanted(real, declared)}')
        for name in NAMES[narrow]:
            for coded in UP[UP.index(narrow):]:
                other = by_iconv(suite, name.encode(coded), coded)
                check(other in (None, name), f'iconv reads {name} in {coded} as {other}')
    return Test(f'charset: names of {narrow} in each set', run)


def all_characters(suite):
    """Each character of GB18030 that Python and iconv agree on, in one list."""
    def run():
        codes = [c for c in range(0x80, 0x30000) if not 0xD800 <= c <= 0xF8FF and c % 16 == 7 and c not in (0x9FB7, 0xFE17) or 0x4E00 <= c <= 0x9FA5]
        text = ''.join(map(chr, codes))
        other = suite.command(['iconv', '-f', 'GB18030', '-t', 'UTF-8'], data=text.encode('gb18030'))
        if other.returncode != 0:
            raise Skip('no iconv that knows GB18030')
        chunks = [text[i:i + 250] for i in range(0, len(text), 250)]
        read = bodies.read(suite, 'charset all', [bodies.message(n, body_of(c, 'GB18030', 'gb18030')) for n, c in enumerate(chunks)])
        got = ''.join(body['fields']['Response']['DeviceName'] for body, _ in read)
        check(got == other.stdout.decode(), f'{sum(a != b for a, b in zip(got, other.stdout.decode()))} characters are not iconv\'s')
    return Test('charset: characters of all planes against iconv', run)


NAME = '东门'.encode('gb2312')

# what, octets, charset, rules, the name that is read, words of the first finding
ODD = [
    ('a mark and UTF-8', lambda: b'\xef\xbb\xbf' + body_of('东门', 'UTF-8', 'utf-8'), 'UTF-8', ['manscdp-bom'], '东门', ''),
    ('a mark, GB2312 declared', lambda: b'\xef\xbb\xbf' + body_of('东门', 'GB2312', 'utf-8'), 'UTF-8',
     ['manscdp-bom', 'manscdp-charset-mismatch'], '东门', ''),
    ('NUL behind', lambda: body_of('东门', 'GB2312', 'gbk') + bytes(7), 'GB2312', ['manscdp-trailing-bytes'], '东门', '7 octets'),
    ('ASCII alone, GB2312', lambda: body_of('door', 'GB2312', 'ascii'), 'ASCII', [], 'door', ''),
    ('ASCII alone, GB18030', lambda: body_of('door', 'GB18030', 'ascii'), 'ASCII', [], 'door', ''),
    ('ASCII alone, UTF-8', lambda: body_of('door', 'UTF-8', 'ascii'), 'ASCII', [], 'door', ''),
    ('ASCII alone, Latin-1', lambda: body_of('door', 'ISO-8859-1', 'ascii'), 'ASCII', ['manscdp-charset-unknown'], 'door', ''),
    ('half a character in a name', lambda: body_of('东门', 'GB2312', 'gbk').replace(NAME, NAME[:3]), 'GB2312',
     ['manscdp-charset-invalid'], '东�', 'octets C3'),
    ('a name cut in UTF-8', lambda: body_of('东门东门', 'UTF-8', 'utf-8').replace('门</'.encode(), '门</'.encode()[1:]), 'UTF-8',
     ['manscdp-charset-invalid'], None, ''),
    ('UTF-8 declared, GB2312 sent: the octet that proves it', lambda: body_of('东门', 'UTF-8', 'gbk'), 'GB2312',
     ['manscdp-charset-mismatch'], '东门', '{at}'),
    ('GB2312 declared, GBK sent: the character that proves it', lambda: body_of('朱镕', 'GB2312', 'gbk'), 'GBK',
     ['manscdp-charset-narrow'], '朱镕', '镕'),
    ('octets that are both, GB2312 declared', lambda: body_of('模', 'GB2312', 'gbk'), 'GB2312', [], '模', ''),
    ('octets that are both, UTF-8 declared', lambda: body_of('ģ', 'UTF-8', 'utf-8'), 'UTF-8', [], 'ģ', ''),
    ('octets that are both, nothing declared', lambda: body_of('ģ', None, 'utf-8'), 'UTF-8', [], 'ģ', ''),
    ('the first name either, the second not', lambda: body_of('模', 'UTF-8', 'gbk', '<Manufacturer>东门</Manufacturer>'.encode('gbk').decode('gbk')),
     'GB2312', ['manscdp-charset-mismatch'], '模', ''),
]


def odd(suite):
    def run():
        payloads = [bodies.message(n, row[1]()) for n, row in enumerate(ODD)]
        for row, (body, findings) in zip(ODD, bodies.read(suite, 'charset odd', payloads)):
            what, make, charset, rules, name, words = row
            check(body['charset'] == charset, f'{what}: {body["charset"]}')
            check(said(findings) == rules, f'{what}: {said(findings)}')
            check(name is None or body['fields']['Response']['DeviceName'] == name, f'{what}: {body["fields"]}')
            at = f'octet {make().index(NAME)}' if '{at}' in words else words
            told = ' '.join(f['message'] for f in findings if f['rule'] in rules)
            check(at in told, f'{what}: no {at!r} in {told}')
    return Test('charset: odd bodies', run)


def parameter(suite):
    """charset= of Content-Type: it says what the declaration does not, and is no part of the type."""
    def run():
        rows = [('gb2312', 'GB2312', 'gbk', []), ('GB2312', None, 'gbk', []), ('"gb18030"', '', 'gbk', []),
                ('utf-8', None, 'gbk', ['manscdp-charset-mismatch']), ('utf-8', 'GB2312', 'gbk', []),
                ('utf-8', 'GB2312', 'utf-8', ['manscdp-charset-mismatch'])]
        payloads = [bodies.message(n, body_of('东门', declared, coded), f'Application/MANSCDP+xml; charset={given}')
                    for n, (given, declared, coded, _) in enumerate(rows)]
        for row, (body, findings) in zip(rows, bodies.read(suite, 'charset parameter', payloads)):
            check(body['fields']['Response']['DeviceName'] == '东门', f'{row}: {body["fields"]}')
            rules = [r for r in said(findings) if r != 'manscdp-no-encoding']
            check(rules == row[3], f'{row}: {rules}')
    return Test('charset: parameter of Content-Type', run)


def every_cut(suite):
    """GB2312 text that ends anywhere: the end in mid-character is told as an early end, nothing else is blamed."""
    def run():
        whole = body_of('东门停车场一号枪机', 'GB2312', 'gbk')
        first = whole.index(NAME)
        ends = range(first, first + 18)
        read = bodies.read(suite, 'charset cut', [bodies.message(n, whole[:n]) for n in ends])
        for end, (body, findings) in zip(ends, read):
            half = (end - first) % 2
            want = ['manscdp-charset-invalid'] * half + ['manscdp-xml-malformed']
            check(said(findings) == want, f'{end}: {said(findings)}')
            check(body['charset'] in ('GB2312', 'ASCII') or end < first + 2, f'{end}: {body["charset"]}')
    return Test('charset: cut at each octet of a name', run)


def tests(suite):
    return [names(suite, narrow) for narrow in NAMES] + [all_characters(suite), odd(suite), parameter(suite), every_cut(suite)]
