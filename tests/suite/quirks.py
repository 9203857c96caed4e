"""quirks - each failure of the field that one body can show, the rule that says it, and the rule's flow.

The numbers come from the folder with reference material; a rule names its quirks in the column `also`."""
import re

from .base import Skip, Test, check

# What is not covered by a rule of that name, and why.
ELSEWHERE = {
    '14b': 'a stray datagram is no message; the body before it draws sip-content-length-more',
    '14c': 'manscdp-response-unsolicited', '14e': 'needs the whole catalog',
    '14': 'manscdp-response-incomplete', '17': 'manscdp-query-unanswered', '18': 'needs the conversation',
    '19': 'needs the conversation', '20': 'manscdp-in-response',
}


def rules(suite):
    """{quirk number: [rule ids]}"""
    out = {}
    for path in sorted((suite.top / 'src').glob('rules*.def')):
        for row in re.findall(r'^R\((?:.|\n)*?"\)$', path.read_text(encoding='utf-8'), re.M):
            texts = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
            for number in re.findall(r'QUIRK-(\w+)', texts[-1]):
                out.setdefault(number, []).append(texts[0])
    return out


def table(suite):
    def run():
        path = suite.need_shared() / 'gb' / 'quirks.md'
        if not path.exists():
            raise Skip('no quirks.md')
        text = path.read_text(encoding='utf-8')
        part = text[text.index('\n## A.'):text.index('\n## C.')]
        numbers = re.findall(r'^\| (\d+[a-z]?) \|', part, re.M)
        check(len(numbers) > 20, f'{len(numbers)} rows')
        have, bad = rules(suite), []
        for number in numbers:
            if number not in have and number not in ELSEWHERE:
                bad.append(f'{number}: no rule')
            for rule in have.get(number, []):
                if not (suite.tests / 'flows' / 'rules' / f'{rule}.rule').exists():
                    bad.append(f'{number}: {rule} has no flow')
        check(not bad, '\n'.join(bad))
    return Test('quirks: each has a rule and a flow', run)


def tests(suite):
    return [table(suite)]
