/* The commands that the host writes to Control. */
#include "bytes.h"
#include "sofp.h"
#include "sofp_frames.h"
#include "sofp_parts.h"

#define EMPTY_BATTERY_MV 3300U
#define ATT_HEADER_BYTES 3U

enum command {
    START = 0x01,
    STOP = 0x02,
    IDENTIFY = 0x03,
    SET_SIDE = 0x04,
    MARKER = 0x05,
    RESET_COUNTERS = 0x06,
    GYRO_BIAS = SOFP_COMMAND_GYRO_BIAS,
    DEEP_SLEEP = 0x08
};

/** As many samples as fit the connection, at most as many as the Config asks for. */
static uint8_t samples_that_fit(const struct sofp *pod)
{
    const uint32_t overhead = ATT_HEADER_BYTES + SOFP_HEADER_BYTES +
                              (pod->config.checksum ? SOFP_CHECKSUM_BYTES : 0U);
    if (pod->mtu < overhead) {
        return 0U;
    }
    const uint32_t wanted = pod->config.samples_per_packet;
    const uint32_t limit = (wanted > 0U) ? wanted : SOFP_SAMPLES_MAX;
    const uint32_t room = (pod->mtu - overhead) / SOFP_SAMPLE_BYTES;
    return (uint8_t)((room < limit) ? room : limit);
}

static enum sofp_result start(struct sofp *pod, uint8_t sensors)
{
    const uint8_t samples_fit = samples_that_fit(pod);
    if (pod->streaming) {
        return SOFP_BUSY;
    }
    if (sensors != SOFP_BOTH_SENSORS) {
        return SOFP_BAD_PARAMETER;
    }
    if (samples_fit == 0U) {
        return SOFP_MTU_TOO_SMALL;
    }
    if ((pod->health.battery_mv > 0U) && (pod->health.battery_mv < EMPTY_BATTERY_MV) &&
        !pod->health.charging) {
        return SOFP_LOW_BATTERY;
    }
    if (!pod->port->start_sensor(pod->port->context, &pod->config)) {
        return SOFP_SENSOR_ERROR;
    }
    sofp_begin(pod, samples_fit);
    return SOFP_OK;
}

static enum sofp_result set_side(struct sofp *pod, uint8_t side)
{
    if (side == (uint8_t)SOFP_LEFT) {
        pod->side = SOFP_LEFT;
    } else if (side == (uint8_t)SOFP_RIGHT) {
        pod->side = SOFP_RIGHT;
    } else {
        return SOFP_BAD_PARAMETER;
    }
    pod->port->side_changed(pod->port->context, pod->side);
    return SOFP_OK;
}

static enum sofp_result mark(struct sofp *pod, uint32_t marker, uint64_t now_us)
{
    if (!pod->streaming) {
        return SOFP_BAD_PARAMETER;
    }
    sofp_mark(pod, marker, now_us);
    return SOFP_OK;
}

static void reset_counters(struct sofp *pod)
{
    pod->samples_produced = 0U;
    pod->samples_lost = 0U;
    pod->packets_dropped = 0U;
}

static enum sofp_result sleep_deeply(const struct sofp *pod)
{
    if (pod->streaming) {
        return SOFP_BUSY;
    }
    pod->port->deep_sleep(pod->port->context);
    return SOFP_OK;
}

/** The length that a command must have, opcode included; 0: there is no such command. */
static size_t length_of(uint8_t command)
{
    switch (command) {
    case START:
    case IDENTIFY:
    case SET_SIDE:
        return 2U;
    case STOP:
    case RESET_COUNTERS:
    case GYRO_BIAS:
    case DEEP_SLEEP:
        return 1U;
    case MARKER:
        return 5U;
    default:
        return 0U;
    }
}

static enum sofp_result obey(struct sofp *pod, const uint8_t *command, uint64_t now_us)
{
    switch (command[0]) {
    case START:
        return start(pod, command[1]);
    case STOP:
        sofp_end(pod);
        return SOFP_OK;
    case IDENTIFY:
        pod->port->identify(pod->port->context, command[1]);
        return SOFP_OK;
    case SET_SIDE:
        return set_side(pod, command[1]);
    case MARKER:
        return mark(pod, get_u32(&command[1]), now_us);
    case RESET_COUNTERS:
        reset_counters(pod);
        return SOFP_OK;
    case GYRO_BIAS:
        return sofp_bias_begin(pod);
    case DEEP_SLEEP:
        return sleep_deeply(pod);
    default:
        return SOFP_UNKNOWN_COMMAND;
    }
}

size_t sofp_control(struct sofp *pod, const uint8_t *command, size_t length, uint64_t now_us,
                    uint8_t reply[SOFP_REPLY_MAX])
{
    if (length == 0U) {
        return 0U;
    }
    const size_t expected = length_of(command[0]);
    if (expected == 0U) {
        return sofp_put_reply(reply, command[0], SOFP_UNKNOWN_COMMAND);
    }
    if (length != expected) {
        return sofp_put_reply(reply, command[0], SOFP_BAD_PARAMETER);
    }
    const enum sofp_result result = obey(pod, command, now_us);
    if ((command[0] == (uint8_t)GYRO_BIAS) && (result == SOFP_OK)) {
        return 0U;
    }
    return sofp_put_reply(reply, command[0], result);
}
