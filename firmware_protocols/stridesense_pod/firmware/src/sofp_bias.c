/* The gyroscope's bias while the pod lies still: the mean of one second, told to the host and not applied. */
#include <string.h>

#include "bytes.h"
#include "sofp.h"
#include "sofp_frames.h"
#include "sofp_parts.h"

#define STILL_COUNTS_DPS 85714U /* 3 degree/s from least to most, in counts times the range in degree/s */

enum sofp_result sofp_bias_begin(struct sofp *pod)
{
    if (!pod->streaming) {
        return SOFP_SENSOR_ERROR;
    }
    if (pod->bias.capturing || pod->bias.ready) {
        return SOFP_BUSY;
    }
    (void)memset(&pod->bias, 0, sizeof(pod->bias));
    pod->bias.capturing = true;
    return SOFP_OK;
}

void sofp_bias_take(struct sofp *pod, const int16_t *counts)
{
    struct sofp_bias *const bias = &pod->bias;
    if (!bias->capturing) {
        return;
    }
    for (size_t axis = 0U; axis < 3U; axis++) {
        const int16_t gyr = counts[3U + axis];
        bias->sum[axis] += gyr;
        if ((bias->taken == 0U) || (gyr < bias->least[axis])) {
            bias->least[axis] = gyr;
        }
        if ((bias->taken == 0U) || (gyr > bias->most[axis])) {
            bias->most[axis] = gyr;
        }
    }
    bias->taken++;
    if (bias->taken >= pod->config.rate_hz) {
        bias->capturing = false;
        bias->ready = true;
    }
}

static bool lay_still(const struct sofp_bias *bias, uint16_t range_dps)
{
    const int32_t widest = (int32_t)(STILL_COUNTS_DPS / range_dps);
    bool still = true;
    for (size_t axis = 0U; axis < 3U; axis++) {
        still = still && (((int32_t)bias->most[axis] - (int32_t)bias->least[axis]) <= widest);
    }
    return still;
}

size_t sofp_late_reply(struct sofp *pod, uint8_t reply[SOFP_REPLY_MAX])
{
    if (!pod->bias.ready) {
        return 0U;
    }
    pod->bias.ready = false;
    if ((pod->bias.taken < pod->config.rate_hz) || !lay_still(&pod->bias, pod->config.gyr_range_dps)) {
        return sofp_put_reply(reply, SOFP_COMMAND_GYRO_BIAS, SOFP_SENSOR_ERROR);
    }
    const size_t length = sofp_put_reply(reply, SOFP_COMMAND_GYRO_BIAS, SOFP_OK);
    for (size_t axis = 0U; axis < 3U; axis++) {
        put_i16(&reply[length + (2U * axis)], (int16_t)(pod->bias.sum[axis] / (int32_t)pod->bias.taken));
    }
    return length + 6U;
}
