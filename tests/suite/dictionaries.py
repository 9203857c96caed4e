"""dictionaries - what is no dictionary is refused in one line that says where, and by xmllint as well."""
import shutil

from .base import Test, check, text

COMMAND = '<command root="Query" name="X" means="m" clause="c">{}</command>'
FIELD = COMMAND.format('<field name="A" means="a"{}</field>')
CATALOG = '<extend root="Response" name="Catalog"{}</extend>'
EXTEND = CATALOG.format(' at="DeviceList/Item">{}')

# what is wrong; the dictionary's inside (or all of it, where it does not begin so); what the line must say;
# can a schema say it too?
WRONG = [
    ('unknown element', COMMAND.format('<feild name="A" means="a"/>'), '<feild', True),
    ('element in the wrong place', '<field name="A" means="a"/>', 'cannot stand', True),
    ('value in a group', '<group name="g"><value is="a" means="a"/></group>', 'cannot stand', True),
    ('unknown attribute', FIELD.format(' wieght="note">'), 'wieght', True),
    ('attribute of another element', COMMAND.format('<attr name="A" means="a" place="any"/>'), 'place', True),
    ('missing name', COMMAND.format('<field means="a"/>'), 'needs the attribute name', True),
    ('missing meaning', COMMAND.format('<field name="A"/>'), 'needs the attribute means', True),
    ('command without a root', '<command name="X" means="m" clause="c"/>', 'attribute root', True),
    ('unknown root', '<command root="Ask" name="X" means="m" clause="c"/>', 'Ask', True),
    ('empty name', COMMAND.format('<field name="" means="a"/>'), 'name=""', True),
    ('name that is none', COMMAND.format('<field name="1st" means="a"/>'), '1st', True),
    ('long name', COMMAND.format(f'<field name="{"A" * 65}" means="a"/>'), 'AAA', True),
    ('name with a colon', COMMAND.format('<field name="a:b" means="a"/>'), 'a:b', True),
    ('unknown type', FIELD.format(' type="int">'), 'type="int"', True),
    ('unknown edition', FIELD.format(' in="11 12">'), 'in="11 12"', True),
    ('edition by its year', FIELD.format(' in="2022">'), '2022', True),
    ('edition twice', FIELD.format(' in="11 11">'), '11 11', False),
    ('must outside of in', FIELD.format(' in="11" must="22">'), 'must', False),
    ('unknown weight', FIELD.format(' weight="fatal">'), 'fatal', True),
    ('unknown kind', FIELD.format(' of="camera device tower">'), 'tower', True),
    ('low above high', FIELD.format(' type="integer" low="2" high="1">'), 'low is greater', False),
    ('low that is no number', FIELD.format(' type="integer" low="two">'), 'two', True),
    ('low that is no whole number', FIELD.format(' type="double" low="0.5">'), '0.5', True),
    ('low of a text', FIELD.format(' low="2">'), 'low', False),
    ('range that is too large', FIELD.format(' type="integer" high="99999999999">'), '99999999999', True),
    ('occurs that is none', FIELD.format(' occurs="many">'), 'many', True),
    ('occurs from more to less', FIELD.format(' occurs="3..2">'), 'from more to less', False),
    ('occurs never', FIELD.format(' occurs="0">'), 'never', False),
    ('occurs with a sign', FIELD.format(' occurs="-1..2">'), '-1..2', True),
    ('length that is none', FIELD.format(' length="0">'), 'length', True),
    ('length of an enum', FIELD.format(' type="enum" length="3"><value is="a" means="a"/>'), 'length', False),
    ('duplicate field', COMMAND.format('<field name="A" means="a"/>' * 2), 'another one of that name', False),
    ('duplicate by a group', COMMAND.format('<use group="head"/><field name="SN" means="a"/>'),
     'another one of that name', False),
    ('alias of a sibling\'s name', COMMAND.format('<field name="A" means="a"><alias name="B"/></field>'
                                                  '<field name="B" means="b"/>'), 'another one', False),
    ('duplicate group', '<group name="head"/>', 'there is a group', False),
    ('duplicate group in one file', '<group name="g"/>' * 2, 'there is a group', True),
    ('duplicate command', COMMAND.format('') * 2, 'there is this command', True),
    ('command of ours', '<command root="Query" name="Catalog" means="m" clause="c"/>', 'replace', False),
    ('command with an alias of ours', '<command root="Query" name="PersetQuery" means="m" clause="c"/>',
     'another command', False),
    ('unknown group', COMMAND.format('<use group="heads"/>'), 'no group', False),
    ('group in itself', '<group name="g"><use group="g"/></group>', 'holds itself', False),
    ('groups in a ring', '<group name="g"><use group="h"/></group><group name="h"><use group="g"/></group>',
     'holds itself', False),
    ('bad pattern', FIELD.format(' type="pattern" pattern="[a">'), 'pattern', False),
    ('pattern beyond ours', FIELD.format(' type="pattern" pattern="(ab)+">'), 'pattern', False),
    ('pattern that takes what it needs', FIELD.format(r' type="pattern" pattern="\d*\d">'), 'pattern', False),
    ('pattern from more to less', FIELD.format(r' type="pattern" pattern="\d{3,2}">'), 'pattern', False),
    ('pattern of another type', FIELD.format(r' pattern="\d">'), 'go together', False),
    ('no pattern', FIELD.format(' type="pattern">'), 'go together', False),
    ('enum without values', FIELD.format(' type="enum">'), 'enum without', False),
    ('values of a text', FIELD.format('><value is="a" means="a"/>'), 'values go with', False),
    ('named value that is no number', FIELD.format(' type="integer"><value is="a" means="a"/>'), 'no number', False),
    ('value that holds what joins', FIELD.format(' type="enum" list="/"><value is="a/b" means="a"/>'), 'joins',
     False),
    ('value twice', FIELD.format(' type="enum"><value is="a" means="a"/><value is="a" means="b"/>'), 'twice', False),
    ('value without meaning', FIELD.format(' type="enum"><value is="a"/>'), 'means', True),
    ('seen without weight', FIELD.format(' type="enum"><seen is="a" means="a"/>'), 'weight', True),
    ('fields in a text', COMMAND.format('<field name="A" means="a"><field name="B" means="b"/></field>'),
     'not complex or open', False),
    ('complex with nothing in it', FIELD.format(' type="complex">'), 'complex', False),
    ('attribute several times', COMMAND.format('<attr name="A" means="a" occurs="0..n"/>'), 'attribute', False),
    ('list of two characters', FIELD.format(' list=", ">'), 'list', True),
    ('extend of nothing', '<extend root="Query" name="Nothing"/>', 'no such command', False),
    ('extend of no group', '<extend group="nothing"/>', 'no such group', False),
    ('extend of both', '<extend group="head" root="Query" name="Catalog"/>', 'either', False),
    ('extend of neither', '<extend/>', 'either', False),
    ('extend of a place that is none', CATALOG.format(' at="DeviceList/Items">'), 'Items', False),
    ('extend with what is there', EXTEND.format('<field name="Name" means="a"/>'), 'dictionary:', False),
    ('extend in place of nothing', EXTEND.format('<field name="A" means="a" replace="yes"/>'), 'replaces nothing',
     False),
    ('extend behind nothing', EXTEND.format('<field name="A" means="a" follows="B"/>'), 'follows', False),
    ('extend with a value that is there', CATALOG.format(' at="DeviceList/Item/Info/PTZType"><value is="1" means="a"/>'),
     'there already', False),
    ('values in no field', EXTEND.format('<value is="1" means="a"/>'), 'values go with', False),
    ('replace outside of an extend', FIELD.format(' replace="yes">'), 'replace', True),
    ('text', COMMAND.format('words'), 'text', True),
    ('CDATA', COMMAND.format('<![CDATA[words]]>'), 'text', True),
    ('too deep', COMMAND.format('<field name="A" means="a" type="complex">' * 40 + '</field>' * 40), 'deep', False),
    ('deep by groups', ''.join(f'<group name="g{i}"><use group="g{i + 1}"/></group>' for i in range(40))
     + '<group name="g40"/>', 'deep', False),
    ('many by groups', '<group name="g0"/>' + ''.join(
        f'<group name="g{i + 1}"><use group="g{i}"/><use group="g{i}"/></group>' for i in range(20)), 'too many', False),
    ('too many fields', COMMAND.format(''.join(f'<field name="F{i}" means="a"/>' for i in range(97))), 'too many',
     False),
    ('too many values', FIELD.format(' type="enum">' + ''.join(f'<value is="{i}" means="a"/>' for i in range(513))),
     'more than 512', False),
    ('namespaces', b'<dictionary><x:group xmlns:x="urn:x" name="g"/></dictionary>', 'namespaces', True),
    ('no XML', b'these are words', ':1: ', True),
    ('not closed', b'<dictionary>\n<group name="g">', ':2: ', True),
    ('nothing', b'', 'nothing in it', True),
    ('blanks', b' \n\n', 'nothing in it', True),
    ('another root', b'<commands/>', '<commands>: is no <dictionary>', True),
    ('DOCTYPE', b'<!DOCTYPE dictionary [<!ENTITY e "x">]>\n<dictionary/>', 'DOCTYPE', False),
    ('external entity', b'<!DOCTYPE d SYSTEM "/etc/passwd"><dictionary/>', 'DOCTYPE', False),
    ('another encoding', b'<?xml version="1.0" encoding="GB2312"?><dictionary/>', 'UTF-8', False),
    ('octets that are no text', b'<dictionary><!-- \xff --></dictionary>', 'UTF-8', True),
    ('NUL', b'<dictionary>\0</dictionary>', 'UTF-8', True),
    ('two documents', b'<dictionary/><dictionary/>', 'behind', True),
    ('huge', b'<dictionary>' + b' ' * (1 << 20) + b'</dictionary>', 'larger than', False),
    ('attribute twice', b'<dictionary><group name="a" name="b"/></dictionary>', 'twice', True),
]


def written(inside):
    return inside if isinstance(inside, bytes) else \
        f'<?xml version="1.0" encoding="UTF-8"?>\n<dictionary>\n{inside}\n</dictionary>\n'.encode()


def one(suite, number, what, inside, says, schema):
    def run():
        path = suite.folder('dictionaries') / f'{number}.xml'
        path.write_bytes(written(inside))
        for args in (['check', '--dictionary', path, 'samples/catalog.pcap'], ['dictionary', '--dictionary', path]):
            done = suite.call(*args, status=2)
            lines = text(done.stderr).splitlines()
            check(len(lines) == 1 and str(path) in lines[0] and says in lines[0] and not done.stdout,
                  f'{what}: {lines}')
            if not isinstance(inside, bytes):
                check(f'{path}:3: <' in lines[0], f'{what}: not the line and the element: {lines}')
        if schema and shutil.which('xmllint'):
            done = suite.command(['xmllint', '--noout', '--nonet', '--schema',
                                  suite.top / 'docs' / 'dictionary.xsd', path])
            check(done.returncode != 0, f'{what}: xmllint lets it pass')
    return Test(f'dictionary: refused: {what}', run)


def unreadable(suite):
    def run():
        for name in ('no-such-file.xml', 'samples'):
            done = suite.call('report', '--dictionary', name, 'samples/catalog.pcap', status=2)
            lines = text(done.stderr).splitlines()
            check(len(lines) == 1 and name in lines[0] and not done.stdout, f'{name}: {lines}')
        many = ['--dictionary', 'samples/acme.xml'] * 17
        suite.call('check', *many, 'samples/catalog.pcap', status=2)
        done = suite.call('check', *many[:4], 'samples/catalog.pcap', status=2)
        check('there is this command already (samples/acme.xml:' in text(done.stderr), text(done.stderr))
    return Test('dictionary: refused: no file, too many, the same twice', run)


def tests(suite):
    return [one(suite, i, *row) for i, row in enumerate(WRONG)] + [unreadable(suite)]
