/* Conditions, factors and chances of random scenarios. No factor is above 4, so that rules.c can hold hazards below
 * what `check` refuses; chances lie between 0 and 1. */
#include "generate.h"

const struct word words[] = {
    /* reads attributes and maps, and the parameter `limit` */
    {"fact",
     {"2*life = $living", "life in [$living, $living]", "?mood:mood {>= mid|< high|= low|!= high}",
      "?towns:town = $town", "?towns:town in [t0, $town]", "?regions:region = $region", "?origin:origin = $town",
      "?sex:sex = {f|m}", "2*fear {>=|<} limit", "2*fear {>|<=|=|!=} $fear", "fear in [0, $fear]", "2*flag = {yes|no}",
      "?since:since {>=|<|=|!=} 200$(1:2)"}},
    {"attributes", {"6*$fact", "not ($fact)", "($fact {or|and} $fact)"}},
    /* counters and degrees too: what a clock's C may read */
    {"personal", {"4*$attributes", "3*?counters:$countertest", "?layers:degree($layer) {>=|<} $(1:4)"}},
    {"who", {"5*$personal", "?counters:$ratiotest"}},
    {"byplace", {"", "?towns:, by town", "?regions:, by region"}},
    {"share", {"share($attributes$byplace)"}},
    {"sharetest", {"2*$share {<|>=} 0.$(1:7)", "2*?need:$share >= need / $needmost", "$share {=|!=} 0"}},
    /* what belongs to G */
    {"movingtest",
     {"3*?drivers:$driver {>|<=} 0.$(0:9)", "2*?feedbacks:$feedback {<|>} $(0.0:1.5)", "2*$sharetest",
      "2*?age:age {>=|<} $(5:70)", "?age:age in [20, 21, 22, 23, 24, 40, 60]", "year {>=|<} 2002"}},
    {"shared", {"6*$movingtest", "2*($movingtest or $fact)", "2*not ($movingtest and $fact)", "not ($movingtest)"}},
    {"personalfactor",
     {"min(1 + fear, 4)", "exp(-0.4 * fear)", "2*exp(-0.5 * weight * min(fear, 3))", "act[life]",
      "?mood:mix[mood, flag]", "?towns:near[town]", "2*?regions:wide[region]",
      "2*if(flag = yes, min(weight, 4), $(0.01~3))", "?layers:min(degree($layer), 4)",
      "3*if($personal, $(0.01~4), {0|0|$(0.1~4)})", "?counters:min($counter, 4)", "?counters:min(0.1 + $counter, 4)",
      "2*?counters:pow(2, min($counter, 2))",
      "3*{sqrt(1 + fear)|log(2 + min(fear, 9))|ncdf(fear - 1)|logistic(fear - 2)|abs(fear - 1.5) * 0.3}",
      "?counters:if($countertest, 4, 0.3)"}},
    /* reads attributes and what moves in time: a person's change is a change of G */
    {"mixedfactor",
     {"if($shared, $(0.01~4), 1)", "if($fact, $share, 0.2)", "?drivers:exp(-fear * min($driver, 2))",
      "?feedbacks:if($fact, 1 + min($feedback, 3), 0.5)", "($share + 0.1 * fear)", "?age:min(1 + age * fear / 50, 4)",
      "2*?counters:if($countertest, $share + 0.1, 0.2)", "?counters:min(0.3 * $counter * $share, 4)"}},
    {"sharedfactor",
     {"5*?drivers:min($driver, 4)", "?drivers:max(0, min($driver, 4) - 0.3)", "2*?feedbacks:min($feedback, 4)",
      "?feedbacks:exp(-$feedback)", "$share",
      "3*{sqrt($share)|log(1 + $share)|ncdf($share)|logistic(4 * $share - 2)|abs($share - 0.4)}", "(0.02 + $share)",
      "4*?age:min(mortal[year, age], 4)", "?age:min(0.3 + age / 40, 4)", "if($shared, 4, {0|0.05|0.001})",
      "min(window / 7 d, 4)", "if(year >= 2002, 3, 0.01)", "2*speed", "3*$mixedfactor"}},
    {"personalchance",
     {"2*$(0.001~0.9)", "2*if($personal, 1, $(0.0:0.3))", "if($personal, $(0.0:1.0), $(0.0:0.3))",
      "clamp(fear / 4, 0, $(0.1:1.0))", "?mood:ready[mood]", "clamp($personalfactor / 5, 0, 1)"}},
    {"sharedchance",
     {"luck", "if($shared, 1, $(0.0:0.2))", "$share", "clamp($sharedfactor / 4, 0, 1)", "if($shared, $(0.0:1.0), 0)"}},
    {"anychance", {"$personalchance", "$sharedchance"}},
    /* of the nation or of a place, at least 0 */
    {"amount",
     {"$(0.0:2.0)", "0.$(1:9) * fear", "if($personal, 1, 0.2)", "$share", "?drivers:min($driver, 3)", "-0.3"}},
    {"level",
     {"life: $living", "?mood:mood: {low|mid|high}", "4*?towns:town: $town", "?origin:town: origin",
      "?origin:origin: town", "2*flag: {yes|no}", "fear: $fear", "2*?since:since: year"}},
    /* what messages are about: few things, so that they meet */
    {"news",
     {"3*flag: {yes|no}", "2*fear: $fear", "$level", "?origin:{town: origin|origin: town}", "2*?since:since: year"}},
    {"steps", {"2*fear: {-2|-1|-1|1|1|2|3}", "?mood:mood: {-1|1|1|2}"}},
};
const int word_count = (int)(sizeof words / sizeof *words);
