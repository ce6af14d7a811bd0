/* Every key of the language, in one place: one line for one mapping. */
#include "model/schema_keys.h"

/* clang-format off */
enum { S = TMN_SCALAR, L = TMN_LIST, M = TMN_MAP, R = TMN_REQUIRED };

#define GROUNDS {"evidence", S | L}, {"note", S}, {"assumed", S}
#define SECTIONS \
    {"time", M}, {"attributes", M}, {"alive", S}, {"unborn", S}, {"maps", M}, {"tables", M}, {"parameters", M}, {"drivers", M}, {"feedback", M}, \
    {"population", M}, {"layers", M}, {"counters", M}, {"transitions", M}, {"events", M}, {"outcomes", M}, {"observations", M}, {"figures", L}, \
    {"checks", M}, {"arrows", M}, {"loops", M}, {"claims", M}, {"controls", M}, {"amendments", L}, {"systems", L}, {"evidence", M | L}, {"map", M}, {"concepts", M}
#define ROWS {"csv", S}, {"where", M}, {"columns", M}
#define ROWS_REQUIRED {"csv", S | R}, {"where", M}, {"columns", M}

static const struct tmn_key scenario[] = {{"language", S | R}, {"name", S | R}, {"title", S}, {"purpose", S}, {"include", L | S}, SECTIONS, {0}};
static const struct tmn_key included[] = {{"include", L | S}, SECTIONS, {0}};
static const struct tmn_key time[] = {{"start", S | R}, {"end", S}, {"windows", S}, {"window", S}, {"until", S}, {0}};
static const struct tmn_key attribute[] = {{"levels", S | L | M | R}, {"ordered", S}, {"start", S}, {"note", S}, {0}};
static const struct tmn_key levels[] = {{"csv", S | R}, {"column", S | R}, {"where", M}, {0}};
static const struct tmn_key map[] = {{"of", S | R}, {"csv", S}, {"where", M}, {"from", S}, {"to", S}, {"levels", L}, {"values", M},
    {"else", S}, {"note", S}, {0}};
static const struct tmn_key table[] = {{"by", S | L | R}, ROWS, {"value", S}, {"values", M}, {"unit", S}, {"else", S}, GROUNDS, {0}};
static const struct tmn_key parameter[] = {{"value", S | R}, {"unit", S}, {"prior", S}, {"range", L}, {"fitted", S}, GROUNDS, {0}};
static const struct tmn_key driver[] = {{"start", S}, {"steps", M}, {"pulses", L}, ROWS, {"by", S}, {"date", S}, {"value", S}, {"interpolate", S},
                                        {"unit", S}, {"marks", S}, {"class", S}, {"times", S}, GROUNDS, {0}};
static const struct tmn_key pulse[] = {{"from", S | R}, {"to", S}, {"size", S | R}, {"decay", S}, {"note", S}, {0}};
static const struct tmn_key feedback[] = {{"by", S}, {"range", L | R}, {"start", S | R}, {"next", S}, {"unit", S}, GROUNDS, {0}};
static const struct tmn_key population[] = {{"size", S}, {"counts", M}, {"margins", L}, {"bands", M}, {"set", M}, {"deal", M}, {"draw", M}, {"place", S},
                                            {"households", M}, {"unit", M}, {"unborn", M}, GROUNDS, {0}};
static const struct tmn_key grounds[] = {GROUNDS, {0}};
static const struct tmn_key counts[] = {ROWS_REQUIRED, {"value", S | R}, {"by", S | L | R}, {0}};
static const struct tmn_key households[] = {{"size", S | R}, {"head", S}, {0}};
static const struct tmn_key unit[] = {{"households", S | R}, {0}};
static const struct tmn_key unborn[] = {{"per_household", S}, {"reserve", S}, {"national", S}, {0}};
static const struct tmn_key layer[] = {{"groups", S}, {"degree", S}, {"random", S}, {"degrees", S}, {"within", S}, {"long", S}, {"ring", S}, {"csv", S}, {"where", M},
    {"from", S}, {"to", S}, GROUNDS, {0}};
static const struct tmn_key counter[] = {{"layer", S | R}, {"of", S | R}, {"max", S}, {"share", S}, {"note", S}, {0}};
static const struct tmn_key transition[] = {{"who", S}, {"rate", S}, {"chance", S}, {"after", S}, {"then", M}, {"branch", L}, GROUNDS, {0}};
static const struct tmn_key branch[] = {{"name", S}, {"chance", S | R}, {"then", M}, {"note", S}, {0}};
static const struct tmn_key then[] = {{"set", M}, {"step", M}, {"add", M}, {"tell", M | L}, {"birth", M}, {0}};
static const struct tmn_key tell[] = {{"name", S}, {"to", S}, {"who", S}, {"chance", S}, {"set", M}, {"step", M}, {"priority", S}, {0}};
static const struct tmn_key tell_item[] = {{"layer", S | R}, {"name", S}, {"to", S}, {"who", S}, {"chance", S}, {"set", M}, {"step", M}, {"priority", S}, {0}};
static const struct tmn_key birth[] = {{"set", M}, {"draw", M}, {0}};
static const struct tmn_key add[] = {{"value", S | R}, {"place", S}, {0}};
static const struct tmn_key event[] = {{"by", S}, {"when", S}, {"rate", S | R}, {"then", M | R}, GROUNDS, {0}};
static const struct tmn_key event_then[] = {{"add", M | R}, {0}};
static const struct tmn_key outcome[] = {{"flow", S}, {"stock", S}, {"firings", S}, {"feedback", S}, {"by", S | L}, {"every", S},
    {"counts_as", S}, {"title", S}, {"note", S}, {0}};
static const struct tmn_key observation[] = {{"outcome", S | R}, ROWS_REQUIRED, {"from", S | R}, {"to", S}, {"value", S | R},
    {"error", S}, {"fit", S}, {"source", S}, {"note", S}, {0}};
static const struct tmn_key figure[] = {{"text", S | R}, {"claim", S}, {"stated", S}, {"outcome", S | R}, {"cell", M}, {"from", S},
    {"to", S}, {"per", S}, {"mean", S}, {"share", S}, {"given", S}, {"over", M}, {"range", L}, {"source", S}, {"grade", S},
                                        {"observed", S}, {"base", S}, {"note", S}, {0}};
static const struct tmn_key survey[] = {{"title", S | R}, {"source", S}, {"note", S}, {"ask", M | R}, {"sample", M | R}, {"home", S | R}, {"groups", M}, {"weight", S | L}, {0}};
static const struct tmn_key survey_sample[] = {{"of", S | R}, {"recall", S}, {"from", S}, {"to", S}, {"size", S}, {"response", S}, {0}};
static const struct tmn_key survey_group[] = {{"who", S}, {"home", S}, {"date", S}, {"observed", M}, {"source", S}, {"note", S}, {0}};
static const struct tmn_key over[] = {{"outcome", S}, {"cell", M}, {"from", S}, {"to", S}, {0}};
static const struct tmn_key check[] = {{"text", S | R}, {"kind", S | R}, {"source", S}, {"note", S}, {"set", M}, {"against", M}, {"runs", S}, {"slow", S},
    {"outcome", S}, {"windows", S}, {"cell", M}, {"take", S}, {"over", S}, {"above", S}, {"given", S}, {"expected", S}, {"error", S}, {"tolerance", S},
    {"law", S}, {"times", S}, {0}};
#define CAUSE {"cause", S}, {"shift", S}, {"hold", S}, {"assign", M}, {"who", S}, {"share", S}
static const struct tmn_key arrow[] = {{"from", S | R}, {"to", S | R}, {"sign", S | R}, CAUSE, {"with", M}, {"at", S | R}, {"effect", S | R},
    {"horizon", S | R}, {"outcome", S | R}, {"cell", M}, {"delay", S}, {"via", S}, {"claims", S | L}, {"note", S}, {0}};
static const struct tmn_key cause[] = {CAUSE, {0}};
static const struct tmn_key loop[] = {{"name", S | R}, {"kind", S | R}, {"links", L | R}, {"cut", S | M | R}, {"pulse", M}, {"outcome", S | R},
    {"cell", M}, {"claims", S | L}, {"note", S}, {0}};
static const struct tmn_key claim[] = {{"class", S | R}, {"experiment", M}, {"check", M}, {"carried_by", S | L}, {"group", S}, {"reason", S | R}, {0}};
static const struct tmn_key experiment[] = {{"lever", M}, {"given", M}, {"with", M}, {"than", M}, {"at", S}, {"outcome", S | R}, {"cell", M}, {"over", M},
    {"against", M}, {"measure", S | R}, {"direction", S | R}, {"from", S}, {"to", S}, {"before", L}, {"smallest", S | R}, {0}};
static const struct tmn_key lever[] = {{"set", M}, {"shift", M}, {"hold", M}, {"assign", M}, {"who", S}, {"share", S}, {0}};
static const struct tmn_key measured[] = {{"outcome", S | R}, {"cell", M}, {"over", M}, {0}};
#define DATA_ROWS {"observation", S}, {"cell", M}, ROWS, {"value", S}, {"date", S}, {"from", S}, {"to", S}, {"take", S}, {"per", S}
static const struct tmn_key data_rows[] = {DATA_ROWS, {0}};
static const struct tmn_key claim_check[] = {DATA_ROWS, {"over", M}, {"at_least", S}, {"at_most", S}, {0}};
static const struct tmn_key controls[] = {{"placebo_lever", M}, {"placebo_outcome", M}, {"codings", M}, {0}};
static const struct tmn_key placebo[] = {{"outcome", S | R}, {"cell", M}, {"over", M}, {"measure", S | R}, {"smallest", S | R}, {0}};
static const struct tmn_key amendment[] = {{"date", S | R}, {"text", S | R}, {0}};
static const struct tmn_key system[] = {{"number", S | R}, {"name", S | R}, {"state", S | R}, {"switch", S}, {"target", S | L}, {"claims", S | L},
    {"documents", S | L}, {"note", S}, {0}};
static const struct tmn_key evidence[] = {{"text", S | R}, {"source", S}, {"grade", S}, {0}};
static const struct tmn_key evidence_file[] = {{"csv", S | R}, {"where", M}, {"id", S | R}, {"text", S | R}, {"source", S}, {"grade", S}, {0}};
static const struct tmn_key geojson[] = {{"geojson", S | R}, {"property", S | R}, {"of", S | R}, {0}};

static const struct tmn_key concepts[] = {
#define X(code, name) {name, S},
    TMN_CONCEPTS_OF(X)
#undef X
    {0}};

const struct tmn_key *const tmn_schema_keys[TMN_SCHEMAS] = {
    [TMN_SCHEMA_SCENARIO] = scenario, [TMN_SCHEMA_INCLUDED] = included, [TMN_SCHEMA_TIME] = time, [TMN_SCHEMA_ATTRIBUTE] = attribute,
    [TMN_SCHEMA_LEVELS] = levels, [TMN_SCHEMA_MAP] = map, [TMN_SCHEMA_TABLE] = table, [TMN_SCHEMA_PARAMETER] = parameter,
    [TMN_SCHEMA_DRIVER] = driver, [TMN_SCHEMA_PULSE] = pulse, [TMN_SCHEMA_FEEDBACK] = feedback, [TMN_SCHEMA_POPULATION] = population,
    [TMN_SCHEMA_GROUNDS] = grounds, [TMN_SCHEMA_COUNTS] = counts, [TMN_SCHEMA_HOUSEHOLDS] = households, [TMN_SCHEMA_UNIT] = unit, [TMN_SCHEMA_UNBORN] = unborn,
    [TMN_SCHEMA_LAYER] = layer, [TMN_SCHEMA_COUNTER] = counter, [TMN_SCHEMA_TRANSITION] = transition, [TMN_SCHEMA_BRANCH] = branch,
    [TMN_SCHEMA_THEN] = then, [TMN_SCHEMA_TELL] = tell, [TMN_SCHEMA_TELL_ITEM] = tell_item, [TMN_SCHEMA_BIRTH] = birth, [TMN_SCHEMA_ADD] = add,
    [TMN_SCHEMA_EVENT] = event, [TMN_SCHEMA_EVENT_THEN] = event_then, [TMN_SCHEMA_OUTCOME] = outcome, [TMN_SCHEMA_OBSERVATION] = observation,
    [TMN_SCHEMA_FIGURE] = figure, [TMN_SCHEMA_OVER] = over, [TMN_SCHEMA_SURVEY] = survey,
    [TMN_SCHEMA_SURVEY_SAMPLE] = survey_sample, [TMN_SCHEMA_SURVEY_GROUP] = survey_group, [TMN_SCHEMA_CHECK] = check,
    [TMN_SCHEMA_ARROW] = arrow, [TMN_SCHEMA_CAUSE] = cause, [TMN_SCHEMA_LOOP] = loop,
    [TMN_SCHEMA_CLAIM] = claim, [TMN_SCHEMA_EXPERIMENT] = experiment, [TMN_SCHEMA_LEVER] = lever, [TMN_SCHEMA_MEASURED] = measured,
    [TMN_SCHEMA_CLAIM_CHECK] = claim_check, [TMN_SCHEMA_DATA_ROWS] = data_rows, [TMN_SCHEMA_CONTROLS] = controls, [TMN_SCHEMA_PLACEBO] = placebo,
    [TMN_SCHEMA_AMENDMENT] = amendment,
    [TMN_SCHEMA_SYSTEM] = system, [TMN_SCHEMA_EVIDENCE] = evidence, [TMN_SCHEMA_EVIDENCE_FILE] = evidence_file,
    [TMN_SCHEMA_GEOJSON] = geojson, [TMN_SCHEMA_CONCEPTS] = concepts,
};
