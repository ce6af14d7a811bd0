// The installed header is usable from C++: compiled, linked and called.
#include <cstring>
#include <tumen.h>

int main() {
    tumen_options options = tumen_default_options();
    tumen_error error;
    tumen_scenario *scenario = nullptr;
    bool opened = tumen_scenario_open(&scenario, "/nonexistent/scenario.yaml", &error);
    bool told = !opened && error.code != TUMEN_OK && std::strlen(error.text) > 0 && tumen_scenario_diagnostics(scenario) > 0;
    tumen_scenario_free(scenario);
    return told && options.scale == 1.0 && std::strlen(tumen_version()) > 0 ? 0 : 1;
}
