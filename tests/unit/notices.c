#include "src/notices.h"

#include "tests/unit/conversation.h"

#define MESSAGE(from, later, call, root, CmdType, SN, rest)                              \
	{                                                                                \
		from, later, "MESSAGE", call, {"t", ""}, 1, NULL, root, CmdType, SN,     \
		    rest                                                                 \
	}
#define ALARM(at)                                                                        \
	"<AlarmPriority>1</AlarmPriority><AlarmMethod>2</AlarmMethod><AlarmTime>" at     \
	"</AlarmTime>"
#define SESSION "<SessionID>0123456789abcdef0123456789abcdef</SessionID>"
#define OTHER_SESSION "<SessionID>ffffffffffffffffffffffffffffffff</SessionID>"
#define FILE_ID CAMERA "022026010510001800001"
#define FILES(one) "<SnapShotList><SnapShotFileID>" one "</SnapShotFileID></SnapShotList>"

static const struct request alarm =
    MESSAGE(1, 1, "a1", "Notify", "Alarm", "5", ALARM("2026-01-05T10:00:00"));
static const struct request next_alarm =
    MESSAGE(1, 9, "a2", "Notify", "Alarm", "6", ALARM("2026-01-05T10:00:09"));
static const struct request answer =
    MESSAGE(0, 0, "a3", "Response", "Alarm", "5", "<Result>OK</Result>");
static const struct request reset = MESSAGE(0, 1, "a4", "Control", "DeviceControl", "30",
                                            "<AlarmCmd>ResetAlarm</AlarmCmd>");
static const struct request disarm = MESSAGE(0, 1, "a5", "Control", "DeviceControl", "31",
                                             "<GuardCmd>ResetGuard</GuardCmd>");
static const struct request later =
    MESSAGE(1, 700, "k1", "Notify", "Keepalive", "90", "<Status>OK</Status>");
static const struct request snapshot =
    MESSAGE(0, 1, "s1", "Control", "DeviceConfig", "40",
            "<SnapShotConfig><SnapNum>1</SnapNum><Interval>1</Interval>" SESSION
            "</SnapShotConfig>");
static const struct request accepted =
    MESSAGE(1, 0, "s2", "Response", "DeviceConfig", "40", "<Result>OK</Result>");
static const struct request finished =
    MESSAGE(1, 4, "s3", "Notify", "UploadSnapShotFinished", "41", SESSION FILES(FILE_ID));
static const struct request wrong = MESSAGE(
    1, 4, "s3", "Notify", "UploadSnapShotFinished", "41", OTHER_SESSION FILES(FILE_ID));
static const struct request upgrade =
    MESSAGE(0, 1, "u1", "Control", "DeviceControl", "50",
            "<DeviceUpgrade><Firmware>2</Firmware>" SESSION "</DeviceUpgrade>");
static const struct request upgraded =
    MESSAGE(1, 90, "u2", "Notify", "DeviceUpgradeResult", "51",
            SESSION "<UpgradeResult>OK</UpgradeResult>"
                    "<Firmware>2</Firmware>");
static const struct request upload = MESSAGE(1, 1, "v1", "Notify", "VideoUploadNotify",
                                             "60", "<Time>2026-01-05T10:00:00</Time>");

static void
test_alarm(void)
{
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &alarm);
	ask(&k, &answer);
	ask(&k, &reset);
	ask(&k, &next_alarm);
	ok(k.facts == 0, "the one before was reset");
	talk_end(&k);
	ok(k.notices_total == 2 && k.notices[0].outcome == OUTCOME_NOTICE_COMPLETE &&
	       k.notices[0].reset && k.notices[0].steps_kept == 3,
	   "answered and reset");
	ok(k.notices[1].outcome == OUTCOME_NOTICE_UNKNOWN, "the capture ended too early");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &alarm);
	ask(&k, &next_alarm);
	ok(k.facts & NOTICE_NOT_RESET, "the one before was not reset");
	ask(&k, &later);
	ask(&k, &later);
	ok(k.notices_total == 2 && k.notices[0].outcome == OUTCOME_NOTICE_UNANSWERED,
	   "nobody answered in time");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &disarm);
	ask(&k, &alarm);
	ok(k.facts & NOTICE_UNGUARDED, "disarmed");
	talk_end(&k);
	ok(k.notices[0].guard == GUARD_RESET, "and so it is told");
	talk_close(&k);
}

/* The platform passes the alarm on to who watches. */
static void
test_hop(void)
{
	static const char body[] =
	    "<Notify><CmdType>Alarm</CmdType><SN>77</SN><DeviceID>" CAMERA
	    "</DeviceID>" ALARM("2026-01-05T10:00:00") "</Notify>";
	static const char head[] =
	    "MESSAGE sip:34020000004000000001@r SIP/2.0\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKhop\nFrom: <sip:" PLATFORM
	    "@r>;tag=h\nTo: <sip:34020000004000000001@r>\nCall-ID: hop\n"
	    "CSeq: 1 MESSAGE\n";
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &alarm);
	say(&k, 0, 1, head, body);
	ok(k.facts == 0, "passed on: nothing is odd");
	talk_end(&k);
	ok(k.notices_total == 2 && k.notices[0].hop_of + k.notices[1].hop_of == 1,
	   "the second passes on the first");
	talk_close(&k);
}

static void
test_snapshot(void)
{
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &snapshot);
	ask(&k, &accepted);
	ask(&k, &finished);
	ok(k.facts == 0, "the SessionID fits");
	talk_end(&k);
	ok(k.notices_total == 1 && k.notices[0].outcome == OUTCOME_NOTICE_COMPLETE &&
	       k.notices[0].files_total == 1,
	   "one picture of one");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &snapshot);
	ask(&k, &accepted);
	ask(&k, &wrong);
	ok(k.facts & NOTICE_SESSION, "another SessionID");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &finished);
	ok(k.facts & NOTICE_UNASKED, "nobody asked");
	ok(k.notices_total == 1 && k.notices[0].outcome == OUTCOME_NOTICE_UNSOLICITED,
	   "an end without its beginning");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &snapshot);
	reply(&k, &snapshot, 403, "x", "");
	ok(k.notices_total == 1 && k.notices[0].outcome == OUTCOME_NOTICE_REFUSED &&
	       k.notices[0].status == 403,
	   "refused by SIP");
	talk_close(&k);
}

static void
test_upgrade(void)
{
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &upgrade);
	ask(&k, &upgraded);
	ok(k.facts & NOTICE_NO_REGISTER, "no REGISTER");
	talk_end(&k);
	ok(!k.notices[0].registered && k.notices[0].outcome == OUTCOME_NOTICE_COMPLETE,
	   "and yet done");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &upgrade);
	/* To of a REGISTER is its own user. */
	say(&k, 1, 60,
	    "REGISTER sip:r SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKr\n"
	    "From: <sip:" CAMERA "@r>;tag=t\nTo: <sip:" CAMERA "@r>\nCall-ID: r1\n"
	    "CSeq: 1 REGISTER\nContact: <sip:d@192.0.2.2>\nExpires: 3600\n",
	    NULL);
	say(&k, 0, 0,
	    "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKr\n"
	    "From: <sip:" CAMERA "@r>;tag=t\nTo: <sip:" CAMERA "@r>;tag=u\nCall-ID: r1\n"
	    "CSeq: 1 REGISTER\nExpires: 3600\n",
	    NULL);
	ask(&k, &upgraded);
	ok(k.facts == 0, "it registered before");
	talk_end(&k);
	ok(k.notices[0].registered && k.notices[0].steps_kept == 3, "all steps");
	talk_close(&k);
}

static void
test_upload(void)
{
	struct request invite = {
	    0,    1,    "INVITE", "i1", {"t", ""}, 1, "Contact: <sip:p@192.0.2.1>\n",
	    NULL, NULL, NULL,     NULL};
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &upload);
	ask(&k, &invite);
	ok(k.notices_total == 1 && k.notices[0].outcome == OUTCOME_NOTICE_COMPLETE,
	   "the INVITE came");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &upload);
	ask(&k, &later);
	ask(&k, &later);
	ok(k.notices_total == 1 && k.notices[0].outcome == OUTCOME_NOTICE_UNANSWERED,
	   "none came");
	talk_close(&k);
}

static void
test_full(void)
{
	struct request q = alarm;
	struct talk k;
	char SN[16];
	int i;

	talk_open(&k, 2);
	for (i = 0; i < 5; i++) {
		(void)snprintf(SN, sizeof(SN), "%d", i);
		q.SN = q.call = SN;
		ask(&k, &q);
	}
	ok(k.limits.dropped[LIMIT_NOTICES] == 3 && k.notices_total == 3,
	   "beyond the limit the oldest go");
	talk_close(&k);

	talk_open(&k, 2);
	for (i = 0; i < 5; i++) {
		struct request r = answer;
		char call[16];

		(void)snprintf(SN, sizeof(SN), "%d", i);
		(void)snprintf(call, sizeof(call), "r%d", i);
		q.SN = q.call = r.SN = SN;
		r.call = call;
		ask(&k, &q);
		ask(&k, &r);
	}
	ok(k.limits.dropped[LIMIT_NOTICES] == 0 && k.notices_total == 3,
	   "of those that are answered nothing is lost");
	talk_close(&k);
}

static void
test_file_id(void)
{
	ok(snapshot_file_id(SLICE(FILE_ID)), "41 digits");
	ok(!snapshot_file_id(SLICE(CAMERA "02202601051000180000")), "40");
	ok(!snapshot_file_id(SLICE(CAMERA "032026010510001800001")), "another kind");
	ok(!snapshot_file_id(SLICE("a4020000001320000004022026010510001800001")),
	   "a letter");
	ok(!snapshot_file_id(SLICE_EMPTY), "nothing");
}

int
main(void)
{
	test_alarm();
	test_hop();
	test_snapshot();
	test_upgrade();
	test_upload();
	test_full();
	test_file_id();
	return done();
}
