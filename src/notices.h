/* notices - what a device tells of by itself and what follows: alarms, snapshots, upgrades, real-time uploads; each a chain
 * of messages with how it ended. GB/T 28181-2022 9.5, 9.6, 9.13, 9.14, A.2.5.
 *
 * A part of the tracker, fed with the few messages that belong to such a chain; it judges nothing. */
#ifndef SRC_NOTICES_H
#define SRC_NOTICES_H

#include "src/channels.h"
#include "src/subscriptions.h"

enum notice_kind {
	NOTICE_ALARM,    /* Notify Alarm, Response, perhaps ResetAlarm */
	NOTICE_SNAPSHOT, /* DeviceConfig SnapShotConfig, Response, UploadSnapShotFinished */
	NOTICE_UPGRADE, /* DeviceControl DeviceUpgrade, Response, REGISTER, DeviceUpgradeResult */
	NOTICE_UPLOAD, /* VideoUploadNotify, INVITE */
	NOTICE_KINDS
};
const char *notice_kind_name(enum notice_kind k);

enum notice_outcome {
	OUTCOME_NOTICE_COMPLETE,
	OUTCOME_NOTICE_PARTIAL,     /* snapshot: fewer pictures than asked for */
	OUTCOME_NOTICE_REFUSED,     /* by a SIP status, or Result ERROR */
	OUTCOME_NOTICE_FAILED,      /* upgrade: the device says that it did not work */
	OUTCOME_NOTICE_UNANSWERED,  /* what must follow did not come in time */
	OUTCOME_NOTICE_UNSOLICITED, /* an end without its beginning */
	OUTCOME_NOTICE_NOT_NEEDED,  /* alarm in a NOTIFY: it needs no Response */
	OUTCOME_NOTICE_UNKNOWN,     /* the capture ended before */
};
const char *notice_outcome_name(enum notice_outcome o);

/* What a message is to its chain. */
enum notice_step {
	STEP_NOTIFY,   /* of the alarm, of the upload */
	STEP_REQUEST,  /* what the platform asked for */
	STEP_RESPONSE, /* the business Response */
	STEP_RESET,    /* ResetAlarm */
	STEP_REGISTER, /* after the upgrade */
	STEP_RESULT,   /* UploadSnapShotFinished, DeviceUpgradeResult */
	STEP_INVITE,
	STEP_REFUSED, /* a SIP response of 300 and above */
};
const char *notice_step_name(enum notice_step s);

enum {
	NOTICE_STEPS_MAX = 8,
	SNAPSHOT_FILES_MAX = 16,
	SNAPSHOT_FILE_ID = 41, /* 20 of the device, 02, 17 of the time, 2 serial: 9.14 */
};

struct gb_notice {
	uint32_t id;
	enum notice_kind kind;
	enum notice_outcome outcome;
	struct slice from, to; /* users: of the message that began it */
	struct slice DeviceID, SN, SessionID;
	enum method method;    /* of that message: MESSAGE, NOTIFY */
	uint32_t subscription; /* that an alarm was told in; 0: none */
	struct {
		enum notice_step step;
		struct ref ref;
		uint32_t dialog;
		struct slice value; /* Result, status, SessionID ...; or empty */
	} steps[NOTICE_STEPS_MAX];
	unsigned steps_kept, steps_total;
	bool gb;
	struct addr client, server; /* of that message */
	struct slice Result;        /* of the Response; empty: none seen */
	uint32_t status;            /* SIP's refusal; 0: none */
	/* alarm */
	struct slice AlarmPriority, AlarmMethod, AlarmType, EventType, AlarmTime,
	    AlarmDescription, words;
	enum guard guard;
	struct ref guard_ref;
	uint32_t hop_of; /* the notice that was passed on; 0: none */
	/* snapshot */
	bool has_SnapNum, has_Interval;
	uint32_t SnapNum, Interval;
	struct slice UploadURL;
	struct slice *files; /* SNAPSHOT_FILES_MAX of them; NULL: none */
	uint32_t files_total;
	/* upgrade */
	struct slice Firmware, FileURL, UpgradeResult, FirmwareNow, UpgradeFailedReason;
	/* upload */
	struct slice Time;
	/* the part's own */
	bool answered, reset, registered, done;
	bool cut; /* the capture may lack what it waits for */
	uint32_t request_tx;
	int ended_how;
	int wait;
	int64_t active_ns;
	struct arena mem;
	uint64_t by_SN, by_device, by_peer, by_session;
	struct gb_notice *prev, *next;
};

struct notices;

/* A final response to a request that the capture does not have: perhaps it was what a notice waits for. */
void notices_stray(struct notices *n, const struct message *m);
struct notices *notices_new(struct limits *l, const struct hash_key *key);
/* Ends what has waited long enough. */
void notices_clock(struct notices *n, int64_t now_ns);
/* Could it belong to a chain? Cheap: asked of each message. */
bool notices_wants(const struct notices *n, const struct message *m);
/* One that could, with its place; s: the subscription that it tells something of, or NULL. */
void notices_feed(struct notices *n, const struct message *m, const struct place *p,
                  int64_t now_ns, const struct gb_subscription *s,
                  struct notice_note *note);
void notices_end(struct notices *n);
/* What ended, oldest first; valid until the next call. */
struct gb_notice *notices_next(struct notices *n, enum ended_how *how);
void notices_free(struct notices *n);

/* 41 characters: the device's id, 02, the time and a serial number. */
bool snapshot_file_id(struct slice id);

#endif
