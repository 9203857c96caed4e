#include "dissect/sip.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit) {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NS(n)  true, INT64_C(n)
#define NONE   false, 0
/* clang-format on */

/* clang-format off */
static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	enum sip_date_form form;
	bool has_ns;
	int64_t ns; /* computed by another program */
} rows[] = {
    {"as RFC 3261 wants it", S("Sat, 13 Nov 2010 23:29:00 GMT"), DIS_OK, SIP_DATE_RFC1123, NS(1289690940000000000)},
    {"a leap day", S("Tue, 29 Feb 2000 00:00:00 GMT"), DIS_OK, SIP_DATE_RFC1123, NS(951782400000000000)},
    {"the epoch", S("Thu, 01 Jan 1970 00:00:00 GMT"), DIS_OK, SIP_DATE_RFC1123, NS(0)},
    {"before the epoch", S("Wed, 31 Dec 1969 23:59:59 GMT"), DIS_OK, SIP_DATE_RFC1123, NS(-1000000000)},
    {"a day that is not in 1900", S("Thu, 29 Feb 1900 00:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"the last of April and one", S("Sat, 31 Apr 2010 00:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"another weekday", S("Sun, 13 Nov 2010 23:29:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NS(1289690940000000000)},
    {"EST", S("Fri, 01 Jan 2010 16:00:00 EST"), DIS_BAD, SIP_DATE_RFC1123, NS(1262379600000000000)},
    {"an offset", S("Fri, 01 Jan 2010 16:00:00 +0800"), DIS_BAD, SIP_DATE_RFC1123, NS(1262332800000000000)},
    {"CST, which may be China's", S("Fri, 01 Jan 2010 16:00:00 CST"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"no zone", S("Fri, 01 Jan 2010 16:00:00"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"gmt in small letters", S("fri, 01 jan 2010 16:00:00 gmt"), DIS_OK, SIP_DATE_RFC1123, NS(1262361600000000000)},
    {"a day of one digit", S("Fri, 1 Jan 2010 16:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NS(1262361600000000000)},
    {"two blanks", S("Fri,  01 Jan 2010 16:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NS(1262361600000000000)},
    {"a long weekday", S("Friday, 01 Jan 2010 16:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NS(1262361600000000000)},
    {"hour 24", S("Fri, 01 Jan 2010 24:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"minute 60", S("Fri, 01 Jan 2010 16:60:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"a leap second", S("Sat, 31 Dec 2016 23:59:60 GMT"), DIS_BAD, SIP_DATE_RFC1123, NS(1483228800000000000)},
    {"words behind", S("Fri, 01 Jan 2010 16:00:00 GMT x"), DIS_BAD, SIP_DATE_RFC1123, NS(1262361600000000000)},
    {"no such month", S("Fri, 01 Foo 2010 16:00:00 GMT"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"asctime", S("Fri Jan  1 16:00:00 2010"), DIS_BAD, SIP_DATE_RFC1123, NONE},
    {"of GB/T 28181", S("2021-03-24T15:25:03.253"), DIS_OK, SIP_DATE_GB, NS(1616570703253000000)},
    {"without fraction", S("2021-03-24T15:25:03"), DIS_OK, SIP_DATE_GB, NS(1616570703000000000)},
    {"nine digits and more", S("2021-03-24T15:25:03.1234567899"), DIS_OK, SIP_DATE_GB, NS(1616570703123456789)},
    {"with Z", S("2021-03-24T15:25:03.253Z"), DIS_OK, SIP_DATE_GB_ZONE, NS(1616599503253000000)},
    {"with +08:00", S("2021-03-24T15:25:03+08:00"), DIS_OK, SIP_DATE_GB_ZONE, NS(1616570703000000000)},
    {"with -05:30", S("2021-03-24T15:25:03.5-05:30"), DIS_OK, SIP_DATE_GB_ZONE, NS(1616619303500000000)},
    {"with +0800", S("2021-03-24T15:25:03+0800"), DIS_BAD, SIP_DATE_GB_ZONE, NS(1616570703000000000)},
    {"with words for a zone", S("2021-03-24T15:25:03 CST"), DIS_BAD, SIP_DATE_GB_ZONE, NONE},
    {"a blank for T", S("2021-03-24 15:25:03"), DIS_BAD, SIP_DATE_GB, NS(1616570703000000000)},
    {"short numbers", S("2021-3-4T5:6:7"), DIS_BAD, SIP_DATE_GB, NS(1614805567000000000)},
    {"a point and nothing", S("2021-03-24T15:25:03."), DIS_BAD, SIP_DATE_GB, NS(1616570703000000000)},
    {"a leap day of GB/T 28181", S("2024-02-29T00:00:00"), DIS_OK, SIP_DATE_GB, NS(1709136000000000000)},
    {"no leap day", S("2023-02-29T00:00:00"), DIS_BAD, SIP_DATE_GB, NONE},
    {"month 13", S("2023-13-01T00:00:00"), DIS_BAD, SIP_DATE_GB, NONE},
    {"month 0", S("2023-00-01T00:00:00"), DIS_BAD, SIP_DATE_GB, NONE},
    {"day 0", S("2023-01-00T00:00:00"), DIS_BAD, SIP_DATE_GB, NONE},
    {"only a day", S("2023-01-01"), DIS_BAD, SIP_DATE_GB, NONE},
    {"the last instant of 64 bits, nearly", S("2262-04-11T23:47:16Z"), DIS_OK, SIP_DATE_GB_ZONE, NS(9223372036000000000)},
    {"beyond 64 bits", S("2262-04-11T23:47:17Z"), DIS_BAD, SIP_DATE_GB_ZONE, NONE},
    {"year 9999", S("9999-12-31T23:59:59Z"), DIS_BAD, SIP_DATE_GB_ZONE, NONE},
    {"year 0", S("0000-01-01T00:00:00Z"), DIS_BAD, SIP_DATE_GB_ZONE, NONE},
    {"compact", S("20210324T152503"), DIS_BAD, SIP_DATE_OTHER, NONE},
    {"seconds since the epoch", S("1616570703"), DIS_BAD, SIP_DATE_OTHER, NONE},
    {"words", S("yesterday"), DIS_BAD, SIP_DATE_OTHER, NONE},
    {"nothing", S(""), DIS_MORE, SIP_DATE_OTHER, NONE},
};
/* clang-format on */

/* Each day of 562 years against the one before it: no gap, no day twice. */
static void
days(void)
{
	const int64_t step = INT64_C(86400000000000);
	int64_t last = 0;
	unsigned year, month, day, total = 0;
	bool good = true;

	for (year = 1700; year < 2262; year++)
		for (month = 1; month <= 12; month++)
			for (day = 1; day <= 31; day++) {
				struct sip_date d;
				char text[32];
				int n = snprintf(text, sizeof(text),
				                 "%04u-%02u-%02uT00:00:00Z", year, month,
				                 day);

				if (sip_date_dissect(slice_of(text, (size_t)n), NULL,
				                     &d) != DIS_OK)
					continue;
				good = good && (total == 0 || d.ns - last == step);
				last = d.ns;
				total++;
			}
	ok(good, "each day follows the one before");
	ok(total == 205266, "1700 to 2261 have %u days", total);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_date d;
		enum dis dis = sip_date_dissect(rows[i].in, NULL, &d);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(d.form == rows[i].form, "%s: form is %d", rows[i].what, (int)d.form);
		ok(d.has_ns == rows[i].has_ns && d.ns == rows[i].ns, "%s: ns is %lld",
		   rows[i].what, (long long)d.ns);
	}
	days();
	return done();
}
