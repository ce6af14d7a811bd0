/* Deals: cumulated chances times persons, rounded half up, cut a keyed permutation of all persons into levels. A
 * person's level needs nothing of any other's, so any part of a world is dealt without the rest. */
#include "world/deal.h"

#include "base/draw.h"
#include "world/chances.h"
#include <math.h>

bool tmn_deal_init(struct tmn_deal *deal, const struct tmn_model *model, size_t index, uint64_t seed, uint32_t persons,
                   struct tmn_start *start, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_draw_rule *rule = &model->population.deals[index];
    const struct tmn_attribute *attribute = &model->attributes.items[rule->attribute];
    double *upto = TMN_NEW_ARRAY(arena, double, attribute->levels);
    *deal = (struct tmn_deal){.attribute = attribute,
                              .key = tmn_mix64(seed ^ tmn_mix64(model->population.deal_hash[index])),
                              .persons = persons,
                              .upto = TMN_NEW_ARRAY(arena, uint32_t, attribute->levels)};
    if (!tmn_chances_cumulate(rule, &start->env, start->level, upto) || tmn_chances_unborn(model, rule, upto))
        return tmn_fail(err, TMN_SCENARIO,
                        "population.deal of '%s': the chances do not lie between 0 and 1, do not sum to 1, fall where "
                        "they are cumulated, or allow the level that marks the unborn",
                        attribute->name);
    for (uint32_t l = 0; l < attribute->levels; l++)
        deal->upto[l] = (uint32_t)floor(persons * upto[l] + 0.5);
    return true;
}

void tmn_deal_set(const struct tmn_deal *deal, uint32_t person, struct tmn_packed *packed) {
    uint32_t card = tmn_permute(deal->key, deal->persons, person), low = 0, high = deal->attribute->levels - 1;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (card < deal->upto[mid])
            high = mid;
        else
            low = mid + 1;
    }
    tmn_set_level(packed, deal->attribute, low);
}
