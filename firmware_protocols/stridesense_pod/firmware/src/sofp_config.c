/* Another Config, as far as the sensor can. */
#include <string.h>

#include "bytes.h"
#include "sofp.h"
#include "sofp_frames.h"

#define WRITE_COMMAND 0x00U
#define ECHO_BYTES 8U /* id, sensors, rate, ranges: what may differ from what was asked */

static const uint16_t RATES_HZ[] = {104U, 208U, 416U, 833U};
static const uint16_t ACC_RANGES_G[] = {2U, 4U, 8U, 16U};
static const uint16_t GYR_RANGES_DPS[] = {125U, 250U, 500U, 1000U, 2000U};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** The first that is not below what was asked for, else the last. */
static uint16_t at_least(uint16_t asked, const uint16_t *rising, size_t length)
{
    for (size_t i = 0U; i < length; i++) {
        if (rising[i] >= asked) {
            return rising[i];
        }
    }
    return rising[length - 1U];
}

static bool same(const struct sofp_config *one, const struct sofp_config *other)
{
    return (one->rate_hz == other->rate_hz) && (one->acc_range_g == other->acc_range_g) &&
           (one->gyr_range_dps == other->gyr_range_dps) &&
           (one->samples_per_packet == other->samples_per_packet) && (one->checksum == other->checksum);
}

/** Reads what was asked for; what this pod cannot do at all is a bad parameter. */
static enum sofp_result read_config(const uint8_t *asked, struct sofp_config *config)
{
    const uint8_t axis_map = asked[17];
    const uint8_t filter = asked[18];
    const uint8_t flags = asked[19];
    if ((asked[1] != SOFP_BOTH_SENSORS) || (asked[16] > SOFP_SAMPLES_MAX) || (axis_map != 0U) ||
        (filter != 0U) || (flags > SOFP_CONFIG_CHECKSUM)) {
        return SOFP_BAD_PARAMETER;
    }
    config->rate_hz = at_least(get_u16(&asked[2]), RATES_HZ, LENGTH(RATES_HZ));
    config->acc_range_g = at_least(get_u16(&asked[4]), ACC_RANGES_G, LENGTH(ACC_RANGES_G));
    config->gyr_range_dps = at_least(get_u16(&asked[6]), GYR_RANGES_DPS, LENGTH(GYR_RANGES_DPS));
    config->samples_per_packet = asked[16];
    config->checksum = (flags == SOFP_CONFIG_CHECKSUM);
    return SOFP_OK;
}

static enum sofp_result change(struct sofp *pod, const uint8_t *asked, size_t length)
{
    struct sofp_config config = pod->config;
    if (pod->streaming) {
        return SOFP_BUSY;
    }
    if (length != SOFP_CONFIG_BYTES) {
        return SOFP_BAD_PARAMETER;
    }
    const enum sofp_result result = read_config(asked, &config);
    if ((result == SOFP_OK) && !same(&config, &pod->config)) {
        config.id = (config.id == UINT8_MAX) ? 1U : (uint8_t)(config.id + 1U);
        pod->config = config;
        sample_clock_start(&pod->clock, config.rate_hz);
        pod->owed_flags |= SOFP_FLAG_CONFIG_CHANGED;
    }
    return result;
}

size_t sofp_write_config(struct sofp *pod, const uint8_t *asked, size_t length,
                         uint8_t reply[SOFP_REPLY_MAX])
{
    uint8_t now[SOFP_CONFIG_BYTES];
    const size_t head = sofp_put_reply(reply, WRITE_COMMAND, change(pod, asked, length));
    sofp_put_config(pod, now);
    (void)memcpy(&reply[head], now, ECHO_BYTES);
    return head + ECHO_BYTES;
}
