/* Static checks of a model that has been read and split. */
#include "model/model.h"

void tmn_model_check(struct tmn_model *model, struct tmn_diagnostics *list)
{
    (void)model;
    (void)list;
}
