/* Bodies of every kind through the reader, for what the dictionary says of them. */
#include "dissect/manscdp.h"

#include "dissect/manscdp_value.h"
#include "src/body.h"
#include "tests/unit/test.h"

#define DEVICE "<DeviceID>34020000001320000001</DeviceID>"
#define QUERY(rest) "<Query><CmdType>Catalog</CmdType>" rest "</Query>"
#define ITEM(rest)                                                                                       \
	"<Item><DeviceID>34020000001320000002</DeviceID><Name>n</Name><Manufacturer>m</Manufacturer>"    \
	"<Model>m</Model><CivilCode>340200</CivilCode><Address>a</Address><Parental>0</Parental>"        \
	"<ParentID>34020000001110000001</ParentID><RegisterWay>1</RegisterWay><Secrecy>0</Secrecy>" rest \
	"</Item>"
#define CATALOG(num, list)                                                               \
	"<Response><CmdType>Catalog</CmdType><SN>1</SN>" DEVICE "<SumNum>" num           \
	"</SumNum><DeviceList Num=\"" num "\">" list "</DeviceList></Response>"
#define CONTROL(rest)                                                                    \
	"<Control><CmdType>DeviceControl</CmdType><SN>1</SN>" DEVICE rest "</Control>"
#define ALARM(rest)                                                                      \
	"<Notify><CmdType>Alarm</CmdType><SN>1</SN>" DEVICE                              \
	"<AlarmPriority>1</AlarmPriority>" rest "</Notify>"

#define CONFIG(rest)                                                                     \
	"<Control><CmdType>DeviceConfig</CmdType><SN>1</SN>" DEVICE rest "</Control>"
#define MASK(sum, list)                                                                  \
	CONFIG("<PictureMask><On>1</On><SumNum>" sum "</SumNum>" list "</PictureMask>")
#define VIDEO(rate)                                                                      \
	CONFIG("<VideoParamAttribute Num='1'><Item><StreamNumber>0</StreamNumber>"       \
	       "<VideoFormat>2</VideoFormat><Resolution>6</Resolution>"                  \
	       "<FrameRate>25</FrameRate>" rate "</Item></VideoParamAttribute>")
#define PLAN(start, stop)                                                                \
	CONFIG("<VideoRecordPlan><RecordEnable>1</RecordEnable>"                         \
	       "<RecordScheduleSumNum>1</RecordScheduleSumNum><RecordSchedule>"          \
	       "<WeekDayNum>1</WeekDayNum><TimeSegmentSumNum>1</TimeSegmentSumNum>"      \
	       "<TimeSegment><StartHour>" start "</StartHour><StartMin>0</StartMin>"     \
	       "<StartSec>0</StartSec><StopHour>" stop "</StopHour><StopMin>0</StopMin>" \
	       "<StopSec>0</StopSec></TimeSegment></RecordSchedule>"                     \
	       "<StreamNumber>0</StreamNumber></VideoRecordPlan>")
#define RECORDS(from, until)                                                             \
	"<Query><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE "<StartTime>" from       \
	"</StartTime><EndTime>" until "</EndTime></Query>"
#define RECORDING(type)                                                                  \
	"<Response><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE                       \
	"<Name>n</Name><SumNum>1</SumNum><RecordList Num='1'><Item>" DEVICE              \
	"<Name>n</Name><Secrecy>0</Secrecy><Type>" type                                  \
	"</Type></Item></RecordList></Response>"

#define NONE RULE_TOTAL /* the end of a row's rules */

/* What a body draws: at most three findings, in order. */
static const struct {
	const char *what, *xml;
	uint8_t edition;
	enum body_verdict verdict;
	enum rule rules[3];
	const char *field; /* of the first */
} rows[] = {
    {"a catalog query", QUERY("<SN>1</SN>" DEVICE), 0, BODY_VALID, {NONE}, ""},
    {"with a filter",
     QUERY("<SN>1</SN>" DEVICE "<StartTime>2020-02-29T00:00:00</StartTime>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"of a region",
     QUERY("<SN>1</SN><DeviceID>340200</DeviceID>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"without SN",
     QUERY(DEVICE),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_MISSING, NONE},
     "/Query/SN"},
    {"without both",
     QUERY(""),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_MISSING, RULE_MANSCDP_FIELD_MISSING, NONE},
     "/Query/SN"},
    {"with an empty SN",
     QUERY("<SN/>" DEVICE),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_EMPTY, NONE},
     "/Query/SN"},
    {"with SN 0",
     QUERY("<SN>0</SN>" DEVICE),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_VENDOR, NONE},
     "/Query/SN"},
    {"with SN -1",
     QUERY("<SN>-1</SN>" DEVICE),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_RANGE, NONE},
     "/Query/SN"},
    {"with a huge SN",
     QUERY("<SN>123456789012345678901234567890</SN>" DEVICE),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"with a word for SN",
     QUERY("<SN>one</SN>" DEVICE),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_TYPE, NONE},
     "/Query/SN"},
    {"with blanks about SN",
     QUERY("<SN>\n1\n</SN>" DEVICE),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_SPACE, NONE},
     "/Query/SN"},
    {"with two SN",
     QUERY("<SN>1</SN>" DEVICE "<SN>2</SN>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_REPEATED, RULE_MANSCDP_FIELD_ORDER, NONE},
     "/Query/SN"},
    {"out of order",
     QUERY(DEVICE "<SN>1</SN>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ORDER, NONE},
     "/Query/SN"},
    {"with 19 digits",
     QUERY("<SN>1</SN><DeviceID>3402000000132000000</DeviceID>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_DEVICEID_INVALID, NONE},
     "/Query/DeviceID"},
    {"with 18 digits",
     QUERY("<SN>1</SN><DeviceID>130909113319427420</DeviceID>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_DEVICEID_FORM, NONE},
     "/Query/DeviceID"},
    {"with 18 digits in 2022",
     QUERY("<SN>1</SN><DeviceID>130909113319427420</DeviceID>"),
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_DEVICEID_ODD, NONE},
     "/Query/DeviceID"},
    {"with full-width digits",
     QUERY("<SN>1</SN><DeviceID>３４０２００</DeviceID>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_DEVICEID_INVALID, NONE},
     "/Query/DeviceID"},
    {"with an element of a vendor's",
     QUERY("<SN>1</SN>" DEVICE "<V><W>1</W></V>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_UNKNOWN, NONE},
     "/Query/V"},
    {"with an attribute of a vendor's",
     QUERY("<SN v='1'>1</SN>" DEVICE),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_UNKNOWN, NONE},
     "/Query/SN/@v"},
    {"with cmdType",
     "<Query><cmdType>Catalog</cmdType><SN>1</SN>" DEVICE "</Query>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CASE, NONE},
     "/Query/cmdType"},
    {"of catalog",
     "<Query><CmdType>catalog</CmdType><SN>1</SN>" DEVICE "</Query>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CASE, NONE},
     "/Query/CmdType"},
    {"of a vendor's command",
     "<Query><CmdType>TimeSync</CmdType></Query>",
     0,
     BODY_UNKNOWN,
     {RULE_MANSCDP_COMMAND_UNKNOWN, NONE},
     "/Query/CmdType"},
    {"of another root",
     "<SUBSCRIBE><CmdType>Catalog</CmdType></SUBSCRIBE>",
     0,
     BODY_UNKNOWN,
     {RULE_MANSCDP_ROOT_UNKNOWN, NONE},
     "/SUBSCRIBE"},
    {"without CmdType",
     "<Query><SN>1</SN></Query>",
     0,
     BODY_UNKNOWN,
     {RULE_MANSCDP_FIELD_MISSING, NONE},
     "/Query/CmdType"},
    {"with Info in 2016",
     QUERY("<SN>1</SN>" DEVICE "<Info>x</Info><Info><a>1</a></Info>"),
     EDITION_2016,
     BODY_VALID,
     {NONE},
     ""},
    {"with ExtraInfo in 2016",
     QUERY("<SN>1</SN>" DEVICE "<ExtraInfo>x</ExtraInfo>"),
     EDITION_2016,
     BODY_INVALID,
     {RULE_MANSCDP_EDITION, NONE},
     "/Query/ExtraInfo[1]"},
    {"with ExtraInfo in some edition",
     QUERY("<SN>1</SN>" DEVICE "<ExtraInfo>x</ExtraInfo>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a catalog",
     CATALOG("1", ITEM("<Status>ON</Status>")),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"a catalog of two",
     CATALOG("2", ITEM("<Status>ON</Status>") ITEM("<Status>OFF</Status>")),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"without Owner in 2016",
     CATALOG("1", ITEM("<Status>ON</Status>")),
     EDITION_2016,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Response/DeviceList/Item[1]/Owner"},
    {"without Status",
     CATALOG("2", ITEM("<Status>ON</Status>") ITEM("")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Response/DeviceList/Item[2]/Status"},
    {"with Status OK",
     CATALOG("1", ITEM("<Status>OK</Status>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_ODD, NONE},
     "/Response/DeviceList/Item[1]/Status"},
    {"with Status on",
     CATALOG("1", ITEM("<Status>on</Status>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_ODD, NONE},
     "/Response/DeviceList/Item[1]/Status"},
    {"with an item in an item",
     CATALOG("1", ITEM("<Status>ON</Status>" ITEM("<Status>ON</Status>"))),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_MISPLACED, NONE},
     "/Response/DeviceList/Item[1]/Item"},
    {"with a longitude of 181",
     CATALOG("1", ITEM("<Status>ON</Status><Longitude>181</Longitude>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_ODD, NONE},
     "/Response/DeviceList/Item[1]/Longitude"},
    {"with an empty longitude",
     CATALOG("1", ITEM("<Status>ON</Status><Longitude/>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_EMPTY_OPTIONAL, NONE},
     "/Response/DeviceList/Item[1]/Longitude"},
    {"with PTZType 0",
     CATALOG("1", ITEM("<Status>ON</Status><Info><PTZType>0</PTZType></Info>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_VENDOR, NONE},
     "/Response/DeviceList/Item[1]/Info/PTZType"},
    {"with Info in 2022",
     CATALOG("1", ITEM("<Status>ON</Status><Info><PTZType>1</PTZType></Info>")),
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Response/DeviceList/Item[1]/Info/GrassrootsCode"},
    {"with Num too great",
     CATALOG("2", ITEM("<Status>ON</Status>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_COUNT_MISMATCH, NONE},
     "/Response/DeviceList/@Num"},
    {"with text among items",
     CATALOG("1", "x" ITEM("<Status>ON</Status>")),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_TEXT, NONE},
     "/Response/DeviceList"},
    {"of a region's node",
     CATALOG("1", "<Item><DeviceID>3402</DeviceID><Name>n</Name></Item>"),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"of a group",
     CATALOG(
         "1",
         "<Item><DeviceID>34020000002150000001</DeviceID><Name>n</Name><CivilCode>34</CivilCode><ParentID>34020000002000000001</ParentID></Item>"),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"of an organisation",
     CATALOG("1", "<Item><DeviceID>34020000002160000001</DeviceID><Name>n</Name></Item>"),
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Response/DeviceList/Item[1]/BusinessGroupID"},
    {"its own parent",
     CATALOG(
         "1",
         "<Item><DeviceID>3402</DeviceID><Name>n</Name><ParentID>34/3402</ParentID></Item>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_PARENT_SELF, NONE},
     "/Response/DeviceList/Item[1]/ParentID"},
    {"a catalog notification",
     "<Notify><CmdType>Catalog</CmdType><SN>1</SN>" DEVICE
     "<SumNum>1</SumNum><DeviceList Num='1'><Item>" DEVICE
     "<Event>OFF</Event></Item></DeviceList></Notify>",
     EDITION_2016,
     BODY_VALID,
     {NONE},
     ""},
    {"one that adds a half",
     "<Notify><CmdType>Catalog</CmdType><SN>1</SN>" DEVICE
     "<SumNum>1</SumNum><DeviceList Num='1'><Item><DeviceID>34020000002160000001</DeviceID><Event>ADD</Event></Item></DeviceList></Notify>",
     EDITION_2016,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Notify/DeviceList/Item[1]/Name"},
    {"a keepalive",
     "<Notify><CmdType>Keepalive</CmdType><SN>1</SN>" DEVICE
     "<Status>OK</Status><Info/></Notify>",
     EDITION_2011,
     BODY_VALID,
     {NONE},
     ""},
    {"with a broken channel",
     "<Notify><CmdType>Keepalive</CmdType><SN>1</SN>" DEVICE
     "<Status>ERROR</Status><Info>" DEVICE DEVICE "</Info></Notify>",
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"without its Status",
     "<Notify><CmdType>Keepalive</CmdType><SN>1</SN>" DEVICE "</Notify>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Notify/Status"},
    {"a DeviceInfo",
     "<Response><CmdType>DeviceInfo</CmdType><SN>1</SN>" DEVICE
     "<DeviceName>n</DeviceName><Result>OK</Result><Manufacturer>m</Manufacturer><Channel>4</Channel></Response>",
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"with another Result",
     "<Response><CmdType>DeviceInfo</CmdType><SN>1</SN>" DEVICE
     "<Result>FINE</Result></Response>",
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_ENUM, NONE},
     "/Response/Result"},
    {"with DeviceType in 2022",
     "<Response><CmdType>DeviceInfo</CmdType><SN>1</SN>" DEVICE
     "<Result>OK</Result><DeviceType>IPC</DeviceType></Response>",
     EDITION_2022,
     BODY_INVALID,
     {RULE_MANSCDP_EDITION, NONE},
     "/Response/DeviceType"},
    {"a DeviceStatus",
     "<Response><CmdType>DeviceStatus</CmdType><SN>1</SN>" DEVICE
     "<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status><Encode>ON</Encode><Record>OFF</Record><DeviceTime>2020-01-01T00:00:00.123+08:00</DeviceTime><Alarmstatus Num=\"1\"><Item>" DEVICE
     "<DutyStatus>ONDUTY</DutyStatus></Item></Alarmstatus></Response>",
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"with num in 2022",
     "<Response><CmdType>DeviceStatus</CmdType><SN>1</SN>" DEVICE
     "<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status><Alarmstatus num=\"0\"/></Response>",
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_SPELLING, NONE},
     "/Response/Alarmstatus/@num"},
    {"with a misspelled word",
     "<Response><CmdType>DeviceStatus</CmdType><SN>1</SN>" DEVICE
     "<Result>OK</Result><Online>OFFILE</Online><Status>OK</Status></Response>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_ODD, NONE},
     "/Response/Online"},
    {"a PTZ command",
     CONTROL("<PTZCmd>A50F010800FA00B7</PTZCmd>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"in small letters",
     CONTROL("<PTZCmd>a50f010800fa00b7</PTZCmd>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"with a wrong check",
     CONTROL("<PTZCmd>A50F010800FA00B8</PTZCmd>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_PTZ_INVALID, NONE},
     "/Control/PTZCmd"},
    {"with 14 digits",
     CONTROL("<PTZCmd>A50F010800FA00</PTZCmd>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_PTZ_INVALID, NONE},
     "/Control/PTZCmd"},
    {"up and down at once",
     CONTROL("<PTZCmd>A50F010C00FA00BB</PTZCmd>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_PTZ_INVALID, NONE},
     "/Control/PTZCmd"},
    {"to preset 0",
     CONTROL("<PTZCmd>A50F018200000037</PTZCmd>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_PTZ_ODD, NONE},
     "/Control/PTZCmd"},
    {"with a bracket among the digits",
     CONTROL("<PTZCmd>A50F010800FA00[7</PTZCmd>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_TYPE, NONE},
     "/Control/PTZCmd"},
    {"IFameCmd in 2016",
     CONTROL("<IFameCmd>Send</IFameCmd>"),
     EDITION_2016,
     BODY_VALID,
     {NONE},
     ""},
    {"IFameCmd in 2022",
     CONTROL("<IFameCmd>Send</IFameCmd>"),
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_SPELLING, NONE},
     "/Control/IFameCmd"},
    {"PersetQuery in 2014",
     "<Query><CmdType>PersetQuery</CmdType><SN>1</SN>" DEVICE "</Query>",
     EDITION_2014,
     BODY_VALID,
     {NONE},
     ""},
    {"PersetQuery in 2016",
     "<Query><CmdType>PersetQuery</CmdType><SN>1</SN>" DEVICE "</Query>",
     EDITION_2016,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_SPELLING, NONE},
     "/Query/CmdType"},
    {"a command of 2022 in 2016",
     "<Query><CmdType>SDCardStatus</CmdType><SN>1</SN>" DEVICE "</Query>",
     EDITION_2016,
     BODY_INVALID,
     {RULE_MANSCDP_EDITION, NONE},
     "/Query/CmdType"},
    {"an alarm",
     ALARM(
         "<AlarmMethod>5</AlarmMethod><AlarmTime>2020-01-01T00:00:00</AlarmTime><Info><AlarmType>6</AlarmType><AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info>"),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"of a type that its method lacks",
     ALARM(
         "<AlarmMethod>2</AlarmMethod><AlarmTime>2020-01-01T00:00:00</AlarmTime><Info><AlarmType>6</AlarmType></Info>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_ALARM_TYPE, NONE},
     "/Notify/Info/AlarmType"},
    {"on 30 February",
     ALARM("<AlarmMethod>2</AlarmMethod><AlarmTime>2020-02-30T00:00:00</AlarmTime>"),
     0,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_TYPE, NONE},
     "/Notify/AlarmTime"},
    {"with a blank for the T",
     ALARM("<AlarmMethod>2</AlarmMethod><AlarmTime>2020-02-28 00:00:00</AlarmTime>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_ODD, NONE},
     "/Notify/AlarmTime"},
    {"methods joined in 2022",
     "<Query><CmdType>Alarm</CmdType><SN>1</SN>" DEVICE
     "<AlarmMethod>25</AlarmMethod></Query>",
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_METHOD_FORM, NONE},
     "/Query/AlarmMethod"},
    {"methods with a slash in 2022",
     "<Query><CmdType>Alarm</CmdType><SN>1</SN>" DEVICE
     "<AlarmMethod>2/5</AlarmMethod></Query>",
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"recordings without times in 2011",
     "<Query><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE "</Query>",
     EDITION_2011,
     BODY_VALID,
     {NONE},
     ""},
    {"recordings without times in 2022",
     "<Query><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE "</Query>",
     EDITION_2022,
     BODY_INVALID,
     {RULE_MANSCDP_FIELD_MISSING, RULE_MANSCDP_FIELD_MISSING, NONE},
     "/Query/StartTime"},
    {"one command alone",
     CONTROL("<TeleBoot>Boot</TeleBoot>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"two commands",
     CONTROL("<TeleBoot>Boot</TeleBoot><GuardCmd>SetGuard</GuardCmd>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_COMMAND_SEVERAL, NONE},
     "/Control/GuardCmd"},
    {"a stream to record",
     CONTROL("<RecordCmd>Record</RecordCmd><StreamNumber>1</StreamNumber>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a stream and nothing to record",
     CONTROL("<StreamNumber>1</StreamNumber>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/StreamNumber"},
    {"the name of a preset",
     CONTROL(
         "<PTZCmd>A50F018100010037</PTZCmd><PTZCmdParams><PresetName>door</PresetName></PTZCmdParams>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"the name of no preset",
     CONTROL(
         "<PTZCmd>A50F0101FF0000B5</PTZCmd><PTZCmdParams><PresetName>door</PresetName></PTZCmdParams>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/PTZCmdParams"},
    {"a priority with its command",
     CONTROL(
         "<PTZCmd>A50F0101FF0000B5</PTZCmd><Info><ControlPriority>5</ControlPriority></Info>"),
     EDITION_2011,
     BODY_VALID,
     {NONE},
     ""},
    {"a priority without its command",
     CONTROL(
         "<TeleBoot>Boot</TeleBoot><Info><ControlPriority>5</ControlPriority></Info>"),
     EDITION_2011,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/Info/ControlPriority"},
    {"alarms to reset",
     CONTROL("<AlarmCmd>ResetAlarm</AlarmCmd><Info><AlarmMethod>5</AlarmMethod></Info>"),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"alarms and no reset",
     CONTROL("<Info><AlarmMethod>5</AlarmMethod></Info>"),
     EDITION_2022,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/Info/AlarmMethod"},
    {"a target to find",
     CONTROL("<TargetTrack>Auto</TargetTrack>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a target that nobody showed",
     CONTROL("<TargetTrack>Manual</TargetTrack>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/TargetArea"},
    {"masks counted",
     MASK(
         "1",
         "<RegionList Num='1'><Item><Seq>1</Seq><Point>1,2,3,4</Point></Item></RegionList>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"masks miscounted",
     MASK(
         "2",
         "<RegionList Num='1'><Item><Seq>1</Seq><Point>1,2,3,4</Point></Item></RegionList>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_COUNT_MISMATCH, NONE},
     "/Control/PictureMask/SumNum"},
    {"no masks", MASK("0", ""), 0, BODY_VALID, {NONE}, ""},
    {"masks promised",
     MASK("3", ""),
     0,
     BODY_VALID,
     {RULE_MANSCDP_COUNT_MISMATCH, NONE},
     "/Control/PictureMask/SumNum"},
    {"a variable bit rate",
     VIDEO("<BitRateType>2</BitRateType>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a constant bit rate",
     VIDEO("<BitRateType>1</BitRateType><VideoBitRate>4096</VideoBitRate>"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a constant bit rate not told",
     VIDEO("<BitRateType>1</BitRateType>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/VideoParamAttribute/Item[1]/VideoBitRate"},
    {"a recording within the day",
     PLAN("0", "24"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_VENDOR, NONE},
     "/Control/VideoRecordPlan/RecordSchedule[1]/TimeSegment[1]/StopHour"},
    {"a recording over midnight",
     PLAN("22", "6"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Control/VideoRecordPlan/RecordSchedule[1]/TimeSegment[1]/StartHour"},
    {"from and until",
     RECORDS("2026-01-05T10:00:00", "2026-01-05T10:00:00"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"until before from",
     RECORDS("2026-01-05T10:00:01", "2026-01-05T10:00:00"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Query/StartTime"},
    {"the day before",
     RECORDS("2026-01-05T00:00:00", "2026-01-04T23:59:59"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_CONDITION, NONE},
     "/Query/StartTime"},
    {"times of two zones",
     RECORDS("2026-01-05T10:00:00+08:00", "2026-01-05T03:00:00Z"),
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"a field of 2022 and what 2022 requires",
     "<Query><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE
     "<StreamNumber>0</StreamNumber></Query>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_ABSENT, RULE_MANSCDP_FIELD_ABSENT, NONE},
     "/Query/StartTime"},
    {"no field of one edition",
     "<Query><CmdType>RecordInfo</CmdType><SN>1</SN>" DEVICE "</Query>",
     0,
     BODY_VALID,
     {NONE},
     ""},
    {"two extensions of different editions",
     QUERY("<SN>1</SN>" DEVICE "<Info>x</Info><ExtraInfo>y</ExtraInfo>"),
     0,
     BODY_VALID,
     {RULE_MANSCDP_EDITIONS_MIXED, NONE},
     "/Query/ExtraInfo[1]"},
    {"an occlusion in 2022",
     ALARM(
         "<AlarmMethod>5</AlarmMethod><AlarmTime>2020-01-01T00:00:00</AlarmTime><Info><AlarmType>13</AlarmType></Info>"),
     EDITION_2022,
     BODY_VALID,
     {NONE},
     ""},
    {"an occlusion in 2016",
     ALARM(
         "<AlarmMethod>5</AlarmMethod><AlarmTime>2020-01-01T00:00:00</AlarmTime><Info><AlarmType>13</AlarmType></Info>"),
     EDITION_2016,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_EDITION, NONE},
     "/Notify/Info/AlarmType"},
    {"a recording of any kind in 2011",
     RECORDING("all"),
     EDITION_2011,
     BODY_VALID,
     {NONE},
     ""},
    {"a recording of any kind in 2016",
     RECORDING("all"),
     EDITION_2016,
     BODY_VALID,
     {RULE_MANSCDP_VALUE_VENDOR, NONE},
     "/Response/RecordList/Item[1]/Type"},
    {"a vendor's result",
     "<Response><CmdType>DeviceConfig</CmdType><SN>1</SN>" DEVICE
     "<VendorResult>OK</VendorResult></Response>",
     0,
     BODY_VALID,
     {RULE_MANSCDP_FIELD_SPELLING, NONE},
     "/Response/VendorResult"},
};

static void
check_row(struct body_reader *r, size_t i)
{
	struct body b;
	struct body_in in = {.bytes = slice_str(rows[i].xml), .edition = rows[i].edition};
	struct arena a;
	size_t k, n = 0;

	arena_init(&a, 0);
	body_read(r, &in, &a, &b);
	while (n < 3 && rows[i].rules[n] != NONE)
		n++;
	ok(b.verdict == rows[i].verdict, "%s: %s", rows[i].what,
	   body_verdict_name(b.verdict));
	ok(b.problems_total == n, "%s: %zu findings", rows[i].what, b.problems_total);
	for (k = 0; k < n && k < b.problems_total; k++)
		ok(b.problems[k].rule == rows[i].rules[k], "%s: draws %s", rows[i].what,
		   rule_infos[b.problems[k].rule].id);
	if (n != 0 && b.problems_total != 0)
		ok(slice_eq(b.problems[0].field, slice_str(rows[i].field)),
		   "%s: field " SLICE_FMT, rows[i].what, SLICE_ARG(b.problems[0].field));
	arena_free(&a);
}

static void
check_lists(const struct dict *d)
{
	struct manscdp_node nodes[3] = {
	    {.name = SLICE_EMPTY, .parent = MANSCDP_NONE, .depth = 0, .line = 1},
	    {.name = SLICE_EMPTY, .parent = 0, .depth = 1, .line = 1},
	    {.name = SLICE_EMPTY, .parent = 5, .depth = 2, .line = 1},
	};
	struct manscdp m;
	struct arena a;

	arena_init(&a, 0);
	nodes[0].name = SLICE("Query");
	nodes[1].name = SLICE("CmdType");
	nodes[1].text = SLICE(" Catalog ");
	ok(manscdp_dissect(d, nodes, 0, 0, &a, &m) == DIS_BAD, "no nodes");
	ok(manscdp_dissect(d, nodes, 3, 0, &a, &m) == DIS_BAD,
	   "a parent that is not there");
	ok(manscdp_dissect(d, nodes, 2, 0, &a, &m) == DIS_OK, "two nodes");
	ok(m.command != NULL && slice_eq(m.CmdType, SLICE("Catalog")), "trimmed");
	ok(nodes[1].def != NULL && slice_eq(nodes[1].def->name, SLICE("CmdType")),
	   "has its field");
	arena_free(&a);
	arena_init(&a, 64);
	ok(manscdp_dissect(d, nodes, 2, 0, &a, &m) == DIS_LIMIT, "no room");
	arena_free(&a);
}

static void
check_patterns(void)
{
	static const struct {
		const char *pattern, *value;
		bool fits;
	} patterns[] = {
	    {"\\d{2}|\\d{4}", "12", true},
	    {"\\d{2}|\\d{4}", "123", false},
	    {"\\d{2}|\\d{4}", "1234", true},
	    {"[a-c0]{1,3}", "ab0", true},
	    {"[a-c0]{1,3}", "abcd", false},
	    {"[a-c0]{1,3}", "", false},
	    {"[A-Za-z-]+", "a-b", true},
	    {"x?y*", "", true},
	    {"x?y*", "xyyy", true},
	    {"x?y*", "xx", false},
	    {"a\\.b", "a.b", true},
	    {"a\\.b", "axb", false},
	    {"[a", "a", false},
	    {"a{2", "aa", false},
	};
	struct slice pattern, value;
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		pattern = slice_str(patterns[i].pattern);
		value = slice_str(patterns[i].value);
		ok(manscdp_pattern_fits(pattern, value) == patterns[i].fits,
		   "pattern " SLICE_FMT " on \"" SLICE_FMT "\"", SLICE_ARG(pattern),
		   SLICE_ARG(value));
	}
}

int
main(void)
{
	struct limits l;
	struct err e = {.text = ""};
	struct body_reader *r;
	size_t i;

	limits_init(&l);
	r = body_new(&l, &e);
	if (!ok(r != NULL, "reader: %s", e.text))
		return done();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(r, i);
	check_lists(body_dict(r));
	check_patterns();
	body_free(r);
	return done();
}
