"""mended - bodies that are not well-formed: the cause is named, and as much is read as can be read.

A catalog of 100 items has one fault; all other items must be in the report as if there were none."""
from . import bodies
from .base import Test, check

ITEMS = 100
BAD = 41        # the item with the fault
CODE = '3402000000132{:07d}'


def item(number, name):
    return (f'<Item>\r\n<DeviceID>{CODE.format(number)}</DeviceID>\r\n<Name>{name}</Name>\r\n'
            '<Manufacturer>m</Manufacturer>\r\n<Model>m</Model>\r\n<Owner>o</Owner>\r\n<CivilCode>340200</CivilCode>\r\n'
            '<Address>a</Address>\r\n<Parental>0</Parental>\r\n<ParentID>34020000001110000001</ParentID>\r\n'
            '<SafetyWay>0</SafetyWay>\r\n<RegisterWay>1</RegisterWay>\r\n<Secrecy>0</Secrecy>\r\n'
            '<Status>ON</Status>\r\n</Item>\r\n')


def catalog(change):
    items = [item(n, f'东门{n}') for n in range(ITEMS)]
    items[BAD] = change(items[BAD])
    # One that is wrong by itself: its finding and its line must be right behind the fault.
    items[90] = items[90].replace('<Status>ON', '<Status>PERHAPS')
    return ('<?xml version="1.0" encoding="GB2312"?>\r\n<Response>\r\n<CmdType>Catalog</CmdType>\r\n<SN>7</SN>\r\n'
            '<DeviceID>34020000001110000001</DeviceID>\r\n'
            f'<SumNum>{ITEMS}</SumNum>\r\n<DeviceList Num="{ITEMS}">\r\n' + ''.join(items) +
            '</DeviceList>\r\n</Response>\r\n')


def named(name):
    return lambda text: text.replace(f'东门{BAD}', name)


def put(old, new):
    return lambda text: text.replace(old, new, 1)


# what, the change, the name of the bad item as it is read, words of the finding
FAULTS = [
    ('a raw ampersand', named('A&B'), 'A&B', ["'&'", '<Name>', '1 place ']),
    ('an ampersand before a blank', named('A & B'), 'A & B', ["'&'", '<Name>']),
    ('ampersands one after another', named('A&&B&'), 'A&&B&', ["'&'", '3 places']),
    ('a query string', named('x?a=1&b=2'), 'x?a=1&b=2', ["'&'", '<Name>']),
    ('an entity of HTML', named('A&nbsp;B'), 'A&nbsp;B', ['&nbsp;']),
    ('a reference to no character', named('A&#1;B'), 'A&#1;B', ['&#1;']),
    ('a surrogate by reference', named('A&#xD800;B'), 'A&#xD800;B', ['&#xD800;']),
    ('a raw less-than', named('<5m'), '<5m', ["'<'"]),
    ('a less-than before Chinese', named('1<东门'), '1<东门', ["'<'"]),
    ('brackets around Chinese', named('大厅<一楼>'), '大厅<一楼>', ['<一楼> is ended by </Name>']),
    ('brackets around Latin', named('大厅<bak>'), '大厅<bak>', ['<bak> is ended by </Name>']),
    ('brackets alone', named('<>'), '<>', ["'<'"]),
    ('an arrow', named('A<-B'), 'A<-B', ["'<'"]),
    ('end of CDATA', named('a]]>b'), 'a]]>b', [']]>']),
    ('a NUL', named('A\0B'), 'A�B', ['NUL', '<Name>']),
    ('NUL padding', named('东门\0\0\0\0'), '东门', ['NUL', '<Name>', '1 place ']),
    ('a control octet', named('A\x1bB'), 'A�B', ['U+001B', '<Name>']),
    ('control octets, many', named('\1\2\3A\4'), '�A�', ['U+0001', '2 places']),
    ('a stray end tag in the text', named('A</b>B'), 'A</b>B', ['</b>']),
    ('a misspelled end tag', put('</Name>', '</Nam>'), f'东门{BAD}', ['</Nam>']),
    ('an end tag in another case', put('</Name>', '</name>'), f'东门{BAD}', ['</name>']),
    ('a stray end tag', put('</Manufacturer>', '</Manufacturer></Foo>'), f'东门{BAD}', ['</Foo>']),
    ('a stray end tag over two lines', put('</Manufacturer>', '</Manufacturer></Foo\r\n\r\n>'), f'东门{BAD}', ['</Foo>']),
    ('an end tag is missing', put('</Status>', ''), f'东门{BAD}', ['<Status> is ended by </Item>']),
    ('a comment with two hyphens', put('<Model>', '<!-- a -- b\r\n--><Model>'), f'东门{BAD}', []),
    ('a second declaration', put('<Model>', '<?xml version="1.0"?><Model>'), f'东门{BAD}', []),
    ('an attribute without quotes', put('<Item>', '<Item a=1>'), f'东门{BAD}', []),
    ('an attribute twice', put('<Item>', '<Item a="1" a="2">'), f'东门{BAD}', ['twice']),
    ('an ampersand in an attribute', put('<Item>', '<Item a="1&2\r\n" >'), f'东门{BAD}', []),
    ('blanks and more in an end tag', put('</Name>', '</Name x>'), f'东门{BAD}', []),
]


def one(suite, what, change, name, words):
    def run():
        text = catalog(change)
        (body, findings), = bodies.read(suite, f'mended {what}', [bodies.message(1, text.encode('gb18030'))])
        check(body['verdict'] == 'malformed', f'verdict {body["verdict"]}')
        told = [f for f in findings if f['rule'] == 'manscdp-xml-malformed']
        check(len(told) == 1 and told[0]['severity'] == 'error', f'{len(told)} findings of it')
        for word in words:
            check(word in told[0]['message'], f'no {word!r} in: {told[0]["message"]}')
        line = 1 + text[:text.index(CODE.format(BAD))].count('\n')
        check(line - 3 <= told[0]['line'] <= line + 14, f'line {told[0]["line"]}, the item is on {line}')
        at = told[0]['message'].split('octet ')[-1].split(';')[0]
        if 'octet ' in told[0]['message'] and at.isdigit():
            octets = text.encode('gb18030')
            first = octets.index(CODE.format(BAD).encode()) - 50
            check(first <= int(at) < first + 500, f'octet {at}, the item begins at {first}')
        items = body['fields']['Response']['DeviceList']['Item']
        check(len(items) == ITEMS, f'{len(items)} items')
        for number, read in enumerate(items):
            want = name if number == BAD else f'东门{number}'
            check(read['DeviceID'] == CODE.format(number), f'item {number}: {read}')
            check(read['Name'] == want, f'item {number}: {read["Name"]!r}, not {want!r}')
            check(read['Status'].startswith('PERHAPS' if number == 90 else 'ON'), f'item {number}: {read["Status"]}')
        rest = [(f['rule'], f['field'], f['line']) for f in findings
                if f['rule'].startswith('manscdp-') and f['line'] and f['rule'] not in ('manscdp-xml-malformed', 'manscdp-field-unknown')]
        status = 1 + text[:text.index('PERHAPS')].count('\n')
        check(rest == [('manscdp-value-odd', '/Response/DeviceList/Item[91]/Status', status)], f'also told: {rest}')
    return Test(f'mended {what}', run)


def bounded(suite):
    """Behind the last fault that is mended the rest is not read; nothing fails."""
    def run():
        text = catalog(lambda t: t).replace('东门', '&&&&&&')
        (body, findings), = bodies.read(suite, 'mended bounded', [bodies.message(1, text.encode('gb18030'))])
        items = body['fields']['Response']['DeviceList']['Item']
        check(10 < len(items) < ITEMS, f'{len(items)} items')
        check(any('256 places' in f['message'] for f in findings), [f['message'] for f in findings])
    return Test('mended as often as is allowed', run)


def cut(suite):
    """A body that ends early, at each octet: what was whole before the end is there, and no field is blamed."""
    def run():
        text = catalog(named('A&B')).encode('gb18030')
        ends = range(400, len(text) - 20, 397)
        read = bodies.read(suite, 'mended cut', [bodies.message(n, text[:n]) for n in ends])
        for end, (body, findings) in zip(ends, read):
            whole = text[:end].count(b'</Item>')
            items = body['fields']['Response'].get('DeviceList', {}).get('Item', [])
            check(whole <= len(items) <= whole + 1, f'{len(items)} items of {whole} at {end}')
            rules = {f['rule'] for f in findings if f['severity'] != 'note' and f['rule'].startswith('manscdp-')}
            check(rules <= {'manscdp-xml-malformed', 'manscdp-value-odd', 'manscdp-charset-invalid'}, f'{end}: {rules}')
    return Test('mended and cut', run)


def secret(suite):
    """A password in brackets is still one."""
    def run():
        text = ('<Control><CmdType>DeviceConfig</CmdType><SN>1</SN><DeviceID>34020000001110000001</DeviceID><BasicParam>'
                '<Password>{}</Password></BasicParam></Control>')
        path = suite.folder('bodies') / 'mended-hidden.pcap'
        payloads = [bodies.message(n, text.format(p).encode()) for n, p in enumerate(
            ('se&cret', 'se<cret', '<secret>', 'x<secret>', 'a</secret>', 'se\0cret', '<b>secret</b>', '<b c="secret"/>'))]
        path.write_bytes(bodies.capture(payloads))
        for args in (('report', '-f', 'json', '--all-findings', path), ('report', '-f', 'text', path),
                     *(('show', n + 1, path) for n in range(len(payloads)))):
            out = suite.call(*args).stdout
            check(b'cret' not in out, f'{args}: {out[out.find(b"cret") - 200:][:300]}')
    return Test('mended passwords stay hidden', run)


def tests(suite):
    return [one(suite, *fault) for fault in FAULTS] + [bounded(suite), cut(suite), secret(suite)]
