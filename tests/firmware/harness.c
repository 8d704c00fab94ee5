/*
 * Plays the board and the radio for the packetiser: one operation a line in, one line out for each thing that
 * happens. Bytes are hexadecimal; they are handed on in a block of exactly their size, so that the address
 * sanitiser sees a single byte read too far.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsc.h"
#include "sofp.h"
#include "sofp_frames.h"

#define LONGEST_LINE 65536

struct block {
    uint8_t *bytes;
    size_t length;
};

static bool sensor_answers = true;

static bool start_sensor(void *context, const struct sofp_config *config)
{
    (void)context;
    printf("start_sensor %u %u %u\n", config->rate_hz, config->acc_range_g, config->gyr_range_dps);
    return sensor_answers;
}

static void stop_sensor(void *context)
{
    (void)context;
    puts("stop_sensor");
}

static void identify(void *context, uint8_t seconds)
{
    (void)context;
    printf("identify %u\n", seconds);
}

static void side_changed(void *context, enum sofp_side side)
{
    (void)context;
    printf("side %d\n", (int)side);
}

static void deep_sleep(void *context)
{
    (void)context;
    puts("deep_sleep");
}

static const struct sofp_port PORT = {
    .context = NULL,
    .start_sensor = start_sensor,
    .stop_sensor = stop_sensor,
    .identify = identify,
    .side_changed = side_changed,
    .deep_sleep = deep_sleep,
};

static const struct sofp_identity IDENTITY = {
    .firmware_version = 0x01000000U,
    .hardware_revision = 1U,
    .sensor_location = 2U,
    .unique_id = {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U},
};

static void *exactly(size_t length)
{
    void *const bytes = malloc((length > 0U) ? length : 1U);
    if (bytes == NULL) {
        abort();
    }
    return bytes;
}

static struct block from_hex(const char *text)
{
    struct block block = {NULL, (text == NULL) ? 0U : strlen(text) / 2U};
    block.bytes = exactly(block.length);
    for (size_t i = 0U; i < block.length; i++) {
        const char pair[3] = {text[2U * i], text[(2U * i) + 1U], '\0'};
        block.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return block;
}

static void tell(const char *what, const uint8_t *bytes, size_t length)
{
    printf("%s ", what);
    for (size_t i = 0U; i < length; i++) {
        printf("%02x", bytes[i]);
    }
    putchar('\n');
}

static void tell_reply(const uint8_t *reply, size_t length)
{
    if (length > 0U) {
        tell("reply", reply, length);
    }
}

static uint64_t number(void)
{
    const char *const word = strtok(NULL, " \n");
    return (word == NULL) ? 0U : strtoull(word, NULL, 10);
}

static const char *text(void)
{
    return strtok(NULL, " \n");
}

static void do_batch(struct sofp *pod)
{
    struct sofp_batch batch;
    batch.stamp_us = number();
    batch.stamped = (uint16_t)number();
    batch.overflow = number() != 0U;
    const struct block block = from_hex(text());
    batch.samples = (uint16_t)(block.length / (2U * SOFP_AXES));
    int16_t *const counts = exactly((size_t)batch.samples * 2U * SOFP_AXES);
    for (size_t i = 0U; i < ((size_t)batch.samples * SOFP_AXES); i++) {
        counts[i] = (int16_t)(block.bytes[2U * i] | (block.bytes[(2U * i) + 1U] << 8));
    }
    batch.counts = counts;
    sofp_take(pod, &batch);
    free(counts);
    free(block.bytes);
}

static void do_command(struct sofp *pod, bool config)
{
    const uint64_t now_us = number();
    const struct block block = from_hex(text());
    uint8_t *const reply = exactly(SOFP_REPLY_MAX);
    tell_reply(reply, config ? sofp_write_config(pod, block.bytes, block.length, reply)
                             : sofp_control(pod, block.bytes, block.length, now_us, reply));
    free(reply);
    free(block.bytes);
}

static void do_sync(struct sofp *pod)
{
    const uint64_t received_us = number();
    const uint64_t now_us = number();
    const struct block block = from_hex(text());
    uint8_t *const reply = exactly(SOFP_TIME_SYNC_BYTES);
    if (sofp_time_sync(pod, block.bytes, block.length, received_us, now_us, reply)) {
        tell("time_sync", reply, SOFP_TIME_SYNC_BYTES);
    }
    free(reply);
    free(block.bytes);
}

static void do_send(struct sofp *pod)
{
    uint8_t *const packet = exactly(SOFP_PAYLOAD_MAX);
    for (uint64_t left = number(); left > 0U; left--) {
        const size_t length = sofp_peek(pod, packet);
        if (length == 0U) {
            break;
        }
        tell("data", packet, length);
        sofp_sent(pod);
    }
    free(packet);
}

/** A data packet from its parts, whatever the samples: the layout alone. */
static void do_frame(void)
{
    struct sofp_header header = {.kind = SOFP_KIND_SIX_AXES};
    header.flags = (uint8_t)number();
    header.sequence = (uint16_t)number();
    header.sample_index = (uint32_t)number();
    header.time_us = number();
    header.config_id = (uint8_t)number();
    const struct block block = from_hex(text());
    header.samples = (uint8_t)(block.length / SOFP_SAMPLE_BYTES);
    uint8_t *const packet = exactly(SOFP_PAYLOAD_MAX);
    for (uint8_t sample = 0U; sample < header.samples; sample++) {
        int16_t counts[SOFP_AXES];
        for (size_t axis = 0U; axis < SOFP_AXES; axis++) {
            const uint8_t *const at = &block.bytes[(sample * SOFP_SAMPLE_BYTES) + (2U * axis)];
            counts[axis] = (int16_t)(at[0] | (at[1] << 8));
        }
        (void)sofp_put_sample(packet, sample, counts);
    }
    sofp_put_header(packet, &header);
    const uint32_t length = SOFP_HEADER_BYTES + (header.samples * SOFP_SAMPLE_BYTES);
    tell("data", packet, sofp_seal(packet, (uint8_t)length));
    free(packet);
    free(block.bytes);
}

static void do_read(const struct sofp *pod)
{
    const uint64_t now_us = number();
    uint8_t *const info = exactly(SOFP_INFO_BYTES);
    uint8_t *const config = exactly(SOFP_CONFIG_BYTES);
    uint8_t *const status = exactly(SOFP_STATUS_BYTES);
    sofp_put_info(pod, info);
    sofp_put_config(pod, config);
    sofp_put_status(pod, now_us, status);
    tell("info", info, SOFP_INFO_BYTES);
    tell("config", config, SOFP_CONFIG_BYTES);
    tell("status", status, SOFP_STATUS_BYTES);
    free(info);
    free(config);
    free(status);
}

static void do_late(struct sofp *pod)
{
    uint8_t *const reply = exactly(SOFP_REPLY_MAX);
    tell_reply(reply, sofp_late_reply(pod, reply));
    free(reply);
}

static void do_health(struct sofp *pod)
{
    struct sofp_health health;
    health.battery_mv = (uint16_t)number();
    health.battery_percent = (uint8_t)number();
    health.temperature_centidegc = (int16_t)strtol(text(), NULL, 10);
    health.charging = number() != 0U;
    sofp_set_health(pod, &health);
}

/** Moves the counters to where they are after a long run. */
static void do_counters(struct sofp *pod)
{
    pod->sequence = (uint16_t)number();
    pod->next_index = (uint32_t)number();
    pod->samples_produced = (uint32_t)number();
    pod->samples_lost = (uint32_t)number();
    pod->packets_dropped = (uint16_t)number();
}

static void do_rsc_put(void)
{
    struct rsc_measurement measurement;
    measurement.speed = (uint16_t)number();
    measurement.cadence = (uint8_t)number();
    measurement.stride_length_cm = (uint16_t)number();
    measurement.running = number() != 0U;
    uint8_t *const out = exactly(RSC_MEASUREMENT_MAX);
    tell("rsc", out, rsc_put(&measurement, out));
    free(out);
}

static void do_rsc_take(struct rsc_counter *counter)
{
    const struct block block = from_hex(text());
    for (size_t i = 0U; (i + 6U) <= block.length; i += 6U) {
        int16_t gyr[3];
        for (size_t axis = 0U; axis < 3U; axis++) {
            gyr[axis] = (int16_t)(block.bytes[i + (2U * axis)] | (block.bytes[i + (2U * axis) + 1U] << 8));
        }
        rsc_take(counter, gyr);
    }
    free(block.bytes);
    const struct rsc_measurement measurement = rsc_measure(counter);
    uint8_t *const out = exactly(RSC_MEASUREMENT_MAX);
    tell("rsc", out, rsc_put(&measurement, out));
    free(out);
}

static void obey(const char *operation, struct sofp *pod, struct rsc_counter *counter)
{
    if (strcmp(operation, "batch") == 0) {
        do_batch(pod);
    } else if (strcmp(operation, "control") == 0) {
        do_command(pod, false);
    } else if (strcmp(operation, "config") == 0) {
        do_command(pod, true);
    } else if (strcmp(operation, "sync") == 0) {
        do_sync(pod);
    } else if (strcmp(operation, "send") == 0) {
        do_send(pod);
    } else if (strcmp(operation, "frame") == 0) {
        do_frame();
    } else if (strcmp(operation, "read") == 0) {
        do_read(pod);
    } else if (strcmp(operation, "late") == 0) {
        do_late(pod);
    } else if (strcmp(operation, "health") == 0) {
        do_health(pod);
    } else if (strcmp(operation, "counters") == 0) {
        do_counters(pod);
    } else if (strcmp(operation, "mtu") == 0) {
        sofp_set_mtu(pod, (uint16_t)number());
    } else if (strcmp(operation, "config_id") == 0) {
        pod->config.id = (uint8_t)number();
    } else if (strcmp(operation, "sensor") == 0) {
        sensor_answers = number() != 0U;
    } else if (strcmp(operation, "disconnected") == 0) {
        sofp_disconnected(pod);
    } else if (strcmp(operation, "rsc_start") == 0) {
        const uint16_t rate_hz = (uint16_t)number();
        rsc_start(counter, rate_hz, (uint16_t)number());
    } else if (strcmp(operation, "rsc_take") == 0) {
        do_rsc_take(counter);
    } else if (strcmp(operation, "rsc_put") == 0) {
        do_rsc_put();
    } else {
        fprintf(stderr, "no operation is called %s\n", operation);
        exit(2);
    }
}

int main(void)
{
    static char line[LONGEST_LINE];
    struct sofp *const pod = exactly(sizeof(*pod));
    struct rsc_counter counter;
    sofp_init(pod, &IDENTITY, &PORT);
    rsc_start(&counter, 416U, 2000U);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        const char *const operation = strtok(line, " \n");
        if (operation != NULL) {
            obey(operation, pod, &counter);
        }
    }
    free(pod);
    return 0;
}
