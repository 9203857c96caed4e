"""unrelated - the traffic of healthy devices, for a conversation to be hidden in.

Each of them registers, says that it is alive, is asked for its catalog and answers in three messages, is subscribed
to, is called and hung up. They share the platform of most flows, its address and its SNs, and nothing else. The same
arguments give the same octets."""
import functools
import random
import re
import struct

import flow as flows
import frames as frames_of
import variants

DEVICES = 20
BEFORE_S = 8                # they begin so long before the conversation
KEEPALIVE_S = 60
CATALOGS_S, UNTIL_S = 140, 900      # so long they are asked for catalogs, and live
START = '2026-01-05T02:00:00Z'
DATE = b'\r\nDate: '
PLATFORM = '34020000002000000001'
REALM = '3402000000'
SN = 1729                   # about where samples/catalog.flow begins, too


class Device:
    """The text of one device's flow."""

    def __init__(self, number, transport):
        self.id = f'3402000000118000{7001 + number:04}'
        self.camera = f'3402000000131000{7001 + number:04}'
        self.address = f'192.168.77.{11 + number}'
        self.port = 5060 if transport == 'udp' else 40000 + number
        self.number = number
        self.carrier = transport
        self.stream = f'{number + 1:04}'
        self.blocks = []        # [when in s, the lines, which of them it answers]
        self.queries = 0
        self.cseq = 100
        self.head = [f'start: {START}', 'charset: gb2312', f'device = {self.address}:{self.port}',
                     'platform = 192.168.10.2:5060']

    # ---- lines ----

    def uri(self, who):
        more = ';transport=tcp' if self.carrier == 'tcp' else ''
        return f'sip:{self.id}@{self.address}:{self.port}{more}' if who == 'device' \
            else f'sip:{PLATFORM}@192.168.10.2:5060{more}'

    def say(self, when, who, lines, body=(), answers=None):
        way = 'device > platform' if who == 'device' else 'platform > device'
        text = [f'{way} @ {when:.6f}', *(f'    {line}' for line in lines), '    Content-Length: auto']
        if body:
            text += ['', *(f'    {line}' for line in body)]
        self.blocks.append((when, text, answers))

    def sn(self):
        """One more; which number it is, is known when all is in order."""
        self.queries += 1
        return f'<{self.queries}>'

    def request(self, when, who, method, call, cseq, more=(), body=(), tags=('auto', ''), camera=False):
        """tags: of From and of To."""
        other = 'platform' if who == 'device' else 'device'
        own = self.camera if camera else self.id
        ids = {'device': own, 'platform': PLATFORM}
        to = ids['device' if method == 'REGISTER' else other]
        uri = f'sip:{PLATFORM}@{REALM}' if who == 'device' and method in ('REGISTER', 'MESSAGE') else self.uri(other)
        self.say(when, who, [
            f'{method} {uri.replace(self.id, own)} SIP/2.0', 'Via: auto', f'From: <sip:{ids[who]}@{REALM}>;tag={tags[0]}',
            f'To: <sip:{to}@{REALM}>' + (f';tag={tags[1]}' if tags[1] else ''), f'Call-ID: {call}',
            f'CSeq: {cseq} {method}', 'Max-Forwards: 70', f'User-Agent: {"NVR" if who == "device" else "gbserver/2.1"}',
            *more], body)

    def answer(self, when, who, status='200 OK', more=(), body=(), to='auto'):
        """Of the request before."""
        asked = max(i for i, (_, text, _) in enumerate(self.blocks) if not text[1].startswith('    SIP/'))
        self.say(when, who, [f'SIP/2.0 {status}', 'Via, From, Call-ID, CSeq: auto', f'To: {to}',
                             f'User-Agent: {"NVR" if who == "device" else "gbserver/2.1"}', *more], body, asked)

    def call(self, what):
        host = '192.168.10.2' if what[0] == 'p' else self.address
        return f'{flows.invent("unrelated", str(self.number), what)}@{host}'

    # ---- what they do ----

    def register(self, when, expires=3600, cseq=1):
        contact = [f'Contact: <{self.uri("device")}>', f'Expires: {expires}']
        call, tags = self.call('device registers'), (flows.invent('unrelated', self.id), '')
        self.request(when, 'device', 'REGISTER', call, cseq, contact, tags=tags)
        nonce = flows.invent('nonce', self.id, str(cseq)) * 3
        self.answer(when + 0.004, 'platform', '401 Unauthorized', [
            f'WWW-Authenticate: Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"'])
        self.request(when + 0.009, 'device', 'REGISTER', call, cseq + 1,
                     [*contact, f'Authorization: {{digest {self.id} 12345678}}'], tags=tags)
        self.answer(when + 0.014, 'platform', more=['Date: auto'] + (
            [f'Contact: <{self.uri("device")}>;expires={expires}', f'Expires: {expires}'] if expires else []))

    def body(self, root, command, sn, *lines, device=None):
        return ['<?xml version="1.0" encoding="GB2312"?>', f'<{root}>', f'<CmdType>{command}</CmdType>', f'<SN>{sn}</SN>',
                f'<DeviceID>{device or self.id}</DeviceID>', *lines, f'</{root}>']

    def message(self, when, who, body, what):
        self.cseq += 1
        self.request(when, who, 'MESSAGE', self.call(f'{who} {what} {when:.6f}'), self.cseq,
                     ['Content-Type: Application/MANSCDP+xml'], body)
        self.answer(when + 0.003, 'platform' if who == 'device' else 'device')

    def keepalive(self, when):
        self.message(when, 'device', self.body('Notify', 'Keepalive', self.sn(), '<Status>OK</Status>'), 'lives')

    def item(self, number):
        return ['<Item>', f'<DeviceID>{self.camera[:-5]}{number}{self.camera[-4:]}</DeviceID>', f'<Name>东门{number}</Name>',
                '<Manufacturer>示例厂商</Manufacturer>', '<Model>IPC-4M</Model>', '<Owner>物业</Owner>',
                '<CivilCode>340200</CivilCode>', f'<Address>示例路{number}号</Address>', '<Parental>0</Parental>',
                f'<ParentID>{self.id}</ParentID>', '<SafetyWay>0</SafetyWay>', '<RegisterWay>1</RegisterWay>',
                '<Secrecy>0</Secrecy>', '<Status>ON</Status>', '</Item>']

    def catalog(self, when, step):
        """Asked, and answered in three messages."""
        sn = self.sn()
        self.message(when, 'platform', self.body('Query', 'Catalog', sn), 'asks')
        for part in range(3):
            self.message(when + 0.004 + step * (part + 1), 'device', self.body(
                'Response', 'Catalog', sn, '<SumNum>3</SumNum>', '<DeviceList Num="1">', *self.item(part + 1),
                '</DeviceList>'), 'answers')

    def sdp(self, who):
        """GB/T 28181-2022 annex G."""
        own = self.camera if who == 'device' else PLATFORM
        host = self.address if who == 'device' else '192.168.10.2'
        return ['v=0', f'o={own} 0 0 IN IP4 {host}', 's=Play', f'c=IN IP4 {host}', 't=0 0',
                f'm=video {15060 if who == "device" else 30000 + 2 * self.number} RTP/AVP 96',
                f'a={"sendonly" if who == "device" else "recvonly"}', 'a=rtpmap:96 PS/90000',
                f'y=020000{self.stream}', 'f=v/2/5/25/1/4000a/1/8/1']

    def play(self, when, seconds):
        call, tags = self.call(f'platform plays {when:.6f}'), (flows.invent('from', self.id), flows.invent('to', self.id))
        contact = [f'Contact: <{self.uri("platform")}>']
        self.request(when, 'platform', 'INVITE', call, 20, [
            *contact, f'Subject: {self.camera}:020000{self.stream},{PLATFORM}:1', 'Content-Type: application/sdp'],
            self.sdp('platform'), (tags[0], ''), camera=True)
        self.answer(when + 0.004, 'device', '100 Trying', to=f'<sip:{self.camera}@{REALM}>')
        self.answer(when + 0.050, 'device', more=[
            f'Contact: <{self.uri("device").replace(self.id, self.camera)}>', 'Content-Type: application/sdp'],
            body=self.sdp('device'), to=f'<sip:{self.camera}@{REALM}>;tag={tags[1]}')
        self.request(when + 0.056, 'platform', 'ACK', call, 20, tags=tags, camera=True)
        self.request(when + seconds, 'platform', 'BYE', call, 21, tags=tags, camera=True)
        self.answer(when + seconds + 0.004, 'device')

    def subscribe(self, when):
        call, tags = self.call('platform subscribes'), (flows.invent('f', self.id), flows.invent('t', self.id))
        sn = self.sn()
        self.request(when, 'platform', 'SUBSCRIBE', call, 1, [
            f'Contact: <{self.uri("platform")}>', f'Event: Catalog;id={sn}', 'Expires: 3600',
            'Content-Type: Application/MANSCDP+xml'], self.body('Query', 'Catalog', sn), (tags[0], ''))
        self.answer(when + 0.005, 'device', more=[
            f'Contact: <{self.uri("device")}>', 'Expires: 3600', 'Content-Type: Application/MANSCDP+xml'],
            body=self.body('Response', 'Catalog', sn, '<Result>OK</Result>'), to=f'<sip:{self.id}@{REALM}>;tag={tags[1]}')
        self.request(when + 0.020, 'device', 'NOTIFY', call, 1, [
            f'Contact: <{self.uri("device")}>', f'Event: Catalog;id={sn}', 'Subscription-State: active;expires=3600',
            'Content-Type: Application/MANSCDP+xml'], self.body(
                'Notify', 'Catalog', sn, '<SumNum>1</SumNum>', '<DeviceList Num="1">', '<Item>',
                f'<DeviceID>{self.camera}</DeviceID>', '<Event>ON</Event>', '</Item>', '</DeviceList>'), tags[::-1])
        self.answer(when + 0.024, 'platform')

    def flow(self):
        order = sorted(range(len(self.blocks)), key=lambda i: self.blocks[i][0])
        text = '\n'.join(self.head)
        for i in order:
            _, lines, answers = self.blocks[i]
            text += '\n\n' + lines[0]
            if answers is not None:
                text += f' answers={order.index(answers) + 1}'
            text += '\n' + '\n'.join(lines[1:])
        number = {}

        def put(m):
            return f'<SN>{number.setdefault(m[1], SN + len(number))}</SN>'
        text = re.sub(r'<SN><(\d+)></SN>', put, text)
        return flows.parse(re.sub(r'id=<(\d+)>', lambda m: f'id={number[m[1]]}', text), f'unrelated {self.number}')


def live(device):
    """What it does from its first message on."""
    n = device.number
    dice = random.Random(n)
    begin = 0.07 * n
    device.register(begin)
    device.subscribe(begin + 1.5)
    device.play(BEFORE_S - 5 + 0.11 * n, 4 + 0.05 * n)
    for when in range(0, UNTIL_S, KEEPALIVE_S):
        device.keepalive(begin + 1 + when)
    # all at the same time where the conversation begins, then some are always at it
    device.catalog(BEFORE_S - 0.040 + 0.0031 * n, 0.008 + dice.random() * 0.030)
    for when in range(20, CATALOGS_S, 20):
        device.catalog(BEFORE_S + when + 0.9 * n, 0.1 + dice.random() * 0.3)
    device.register(UNTIL_S + begin, 0, 3)


@functools.lru_cache(maxsize=None)
def packets(transport):
    """[(time since the first, IP packet)] of all devices, in the order of time."""
    out = []
    for number in range(DEVICES):
        device = Device(number, transport)
        live(device)
        flow = device.flow()
        flow.settings['link'] = 'raw'
        out += [(time_ns - flows.to_ns(START), packet)
                for time_ns, packet, _ in variants.record(flow, variants.Variant('unrelated', transport)).frames]
    out.sort(key=lambda pair: pair[0])
    return out


def dated(packet, time_ns):
    """With the date of another day: the one thing that tells when it was sent."""
    begin = packet.index(DATE) + len(DATE)
    text = packet[begin:begin + 23]
    when = (flows.EPOCH + flows.timedelta(milliseconds=time_ns // 10**6, hours=8)).strftime('%Y-%m-%dT%H:%M:%S.%f')[:23]
    packet = packet.replace(text, when.encode())
    at = 20 + (16 if packet[9] == frames_of.TCP else 6)      # its checksum
    whole = packet[12:20] + bytes([0, packet[9]]) + struct.pack('>H', len(packet) - 20) \
        + packet[20:at] + b'\0\0' + packet[at + 2:]
    return packet[:at] + struct.pack('>H', frames_of.checksum(whole) or 0xffff) + packet[at + 2:]


def frames(begin_ns, end_ns, transport, wrap):
    """[(time, octets, length)] around a conversation that goes from begin to end; wrap makes a frame of a packet."""
    out = []
    for since_ns, packet in packets(transport):
        time_ns = begin_ns - BEFORE_S * 10**9 + since_ns
        if time_ns >= end_ns:
            break
        data = wrap(dated(packet, time_ns) if DATE in packet else packet)
        out.append((time_ns, data, len(data)))
    return out


def is_unrelated(text):
    """Is this the id, or the address, of one of them?"""
    return any(mark in text for mark in ('34020000001180007', '34020000001310007', '192.168.77.'))
