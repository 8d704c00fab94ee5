#include "sofp.h"

#include <string.h>

#include "bytes.h"
#include "sofp_frames.h"
#include "sofp_parts.h"

#define SMALLEST_MTU 23U
#define MARKER_BYTES 4U

static const struct sofp_config FACTORY = {
    .rate_hz = 416U,
    .acc_range_g = 16U,
    .gyr_range_dps = 2000U,
    .id = 1U,
    .samples_per_packet = 0U,
    .checksum = false,
};

void sofp_init(struct sofp *pod, const struct sofp_identity *identity, const struct sofp_port *port)
{
    (void)memset(pod, 0, sizeof(*pod));
    pod->identity = *identity;
    pod->port = port;
    pod->config = FACTORY;
    pod->mtu = SMALLEST_MTU;
    pod->health.battery_percent = UINT8_MAX;
    sample_clock_start(&pod->clock, FACTORY.rate_hz);
}

void sofp_set_mtu(struct sofp *pod, uint16_t mtu)
{
    pod->mtu = mtu;
}

void sofp_set_health(struct sofp *pod, const struct sofp_health *health)
{
    pod->health = *health;
}

static uint8_t common_flags(const struct sofp *pod, uint64_t now_us)
{
    const uint32_t synced = sofp_synced(pod, now_us) ? SOFP_FLAG_SYNCED : 0U;
    const uint32_t checksum = pod->config.checksum ? SOFP_FLAG_CHECKSUM : 0U;
    return (uint8_t)(pod->owed_flags | synced | checksum);
}

/** Whether or not it gets into the queue, the packet has its number: so the host sees that it is missing. */
static void enqueue(struct sofp *pod, uint8_t *packet, uint8_t length)
{
    pod->sequence++;
    if (ring_push(&pod->ring, packet, sofp_seal(packet, length))) {
        pod->owed_flags = 0U;
        return;
    }
    pod->owed_flags |= SOFP_FLAG_DROPPED;
    if (pod->packets_dropped < UINT16_MAX) {
        pod->packets_dropped++;
    }
}

static void finish_packet(struct sofp *pod)
{
    if (pod->pending == 0U) {
        return;
    }
    const struct sofp_header header = {
        .kind = SOFP_KIND_SIX_AXES,
        .flags = (uint8_t)(common_flags(pod, pod->pending_us) | pod->pending_clipped),
        .sequence = pod->sequence,
        .sample_index = pod->pending_index,
        .time_us = pod->pending_us,
        .samples = pod->pending,
        .config_id = pod->config.id,
    };
    sofp_put_header(pod->packet, &header);
    const uint32_t length = SOFP_HEADER_BYTES + ((uint32_t)pod->pending * SOFP_SAMPLE_BYTES);
    pod->pending = 0U;
    pod->pending_clipped = 0U;
    enqueue(pod, pod->packet, (uint8_t)length);
}

static void add_sample(struct sofp *pod, const int16_t *counts)
{
    if (pod->pending == 0U) {
        pod->pending_index = pod->next_index;
        pod->pending_us = sample_clock_time_us(&pod->clock, pod->next_index);
    }
    pod->pending_clipped |= sofp_put_sample(pod->packet, pod->pending, counts);
    pod->pending++;
    pod->next_index++;
    if (pod->pending >= pod->samples_fit) {
        finish_packet(pod);
    }
}

/**
 * The FIFO overwrites its oldest samples, so the newest one in it is known by its time, and how many were
 * lost follows. Its time is on the line of those before: when the level was read says only between which two.
 */
static void bridge_overflow(struct sofp *pod, const struct sofp_batch *batch)
{
    finish_packet(pod);
    pod->owed_flags |= SOFP_FLAG_OVERFLOW;
    const uint32_t newest = sample_clock_newest(&pod->clock, batch->stamp_us);
    const uint32_t lost = (newest + 1U) - batch->samples - pod->next_index;
    if (lost <= (UINT32_MAX / 2U)) {
        pod->next_index += lost;
        pod->samples_lost += lost;
        pod->samples_produced += lost;
    }
    sample_clock_move(&pod->clock, (pod->next_index + batch->samples) - 1U);
}

void sofp_take(struct sofp *pod, const struct sofp_batch *batch)
{
    if ((!pod->streaming) || (batch->samples == 0U)) {
        return;
    }
    const bool told_time = pod->clock.anchored;
    if (batch->overflow) {
        if (told_time) {
            bridge_overflow(pod, batch);
        }
    } else if (batch->stamped < batch->samples) {
        sample_clock_mark(&pod->clock, pod->next_index + batch->stamped, batch->stamp_us);
    } else {
        /* without a stamp the batch goes on along the line */
    }
    pod->samples_produced += batch->samples;
    if (!told_time) {
        pod->next_index += batch->samples;
        return;
    }
    for (size_t sample = 0U; sample < batch->samples; sample++) {
        const int16_t *const counts = &batch->counts[sample * SOFP_AXES];
        sofp_bias_take(pod, counts);
        add_sample(pod, counts);
    }
}

void sofp_begin(struct sofp *pod, uint8_t samples_fit)
{
    sample_clock_start(&pod->clock, pod->config.rate_hz);
    ring_clear(&pod->ring);
    pod->samples_fit = samples_fit;
    pod->sequence = 0U;
    pod->next_index = 0U;
    pod->pending = 0U;
    pod->pending_clipped = 0U;
    pod->owed_flags &= SOFP_FLAG_CONFIG_CHANGED;
    pod->streaming = true;
}

void sofp_end(struct sofp *pod)
{
    if (pod->streaming) {
        finish_packet(pod);
        pod->bias.ready = pod->bias.ready || pod->bias.capturing; /* answered as failed: it is cut short */
        pod->bias.capturing = false;
        pod->streaming = false;
        pod->port->stop_sensor(pod->port->context);
    }
}

void sofp_mark(struct sofp *pod, uint32_t marker, uint64_t now_us)
{
    uint8_t packet[SOFP_HEADER_BYTES + MARKER_BYTES + SOFP_CHECKSUM_BYTES];
    finish_packet(pod);
    const struct sofp_header header = {
        .kind = SOFP_KIND_MARKER,
        .flags = common_flags(pod, now_us),
        .sequence = pod->sequence,
        .sample_index = pod->next_index,
        .time_us = now_us,
        .samples = 0U,
        .config_id = pod->config.id,
    };
    sofp_put_header(packet, &header);
    put_u32(&packet[SOFP_HEADER_BYTES], marker);
    enqueue(pod, packet, SOFP_HEADER_BYTES + MARKER_BYTES);
}

void sofp_disconnected(struct sofp *pod)
{
    sofp_end(pod);
    ring_clear(&pod->ring);
    pod->bias.ready = false;
    pod->synced = false;
    pod->mtu = SMALLEST_MTU;
}

size_t sofp_peek(const struct sofp *pod, uint8_t out[SOFP_PAYLOAD_MAX])
{
    return ring_peek(&pod->ring, out);
}

void sofp_sent(struct sofp *pod)
{
    ring_pop(&pod->ring);
}
