#include "sofp_frames.h"

#include <stdbool.h>
#include <string.h>

#include "bytes.h"

#define VERSION_MAJOR 1U
#define VERSION_MINOR 0U
#define IMU_LSM6DS3TR_C 1U
#define CLOCK_HZ 1000000U
#define CAPABILITIES 0x0FU /* accelerometer, gyroscope, running speed and cadence, battery */

#define REPLY_BIT 0x80U

#define STATE_STREAMING 0x01U
#define STATE_CHARGING 0x04U
#define STATE_SYNCED 0x08U

/* LSM6DS3TR-C: 30.5 ug and 35 udps a count for each unit of range. */
#define ACC_SCALE_PER_G 0.000299102825F
#define GYR_SCALE_PER_DPS 6.1086524e-7F

#define FULL_SCALE_COUNT 32767

static bool at_end_of_range(const int16_t *counts)
{
    bool at_end = false;
    for (uint8_t axis = 0U; axis < 3U; axis++) {
        at_end = at_end || (counts[axis] >= FULL_SCALE_COUNT) || (counts[axis] < -FULL_SCALE_COUNT);
    }
    return at_end;
}

void sofp_put_header(uint8_t *packet, const struct sofp_header *header)
{
    packet[0] = header->kind;
    packet[1] = header->flags;
    put_u16(&packet[2], header->sequence);
    put_u32(&packet[4], header->sample_index);
    put_u32(&packet[8], (uint32_t)(header->time_us & 0xFFFFFFFFU));
    packet[12] = header->samples;
    packet[13] = header->config_id;
}

uint8_t sofp_put_sample(uint8_t *packet, uint8_t place, const int16_t *counts)
{
    uint8_t *const at = &packet[SOFP_HEADER_BYTES + ((size_t)place * SOFP_SAMPLE_BYTES)];
    for (size_t axis = 0U; axis < SOFP_AXES; axis++) {
        put_i16(&at[2U * axis], counts[axis]);
    }
    const uint32_t acc = at_end_of_range(counts) ? SOFP_FLAG_ACC_CLIPPED : 0U;
    const uint32_t gyr = at_end_of_range(&counts[3]) ? SOFP_FLAG_GYR_CLIPPED : 0U;
    return (uint8_t)(acc | gyr);
}

uint8_t sofp_seal(uint8_t *packet, uint8_t length)
{
    if ((packet[1] & SOFP_FLAG_CHECKSUM) == 0U) {
        return length;
    }
    put_u16(&packet[length], sofp_crc16(packet, length));
    return (uint8_t)(length + SOFP_CHECKSUM_BYTES);
}

uint16_t sofp_crc16(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0xFFFFU;
    for (size_t i = 0U; i < length; i++) {
        crc ^= (uint32_t)bytes[i] << 8U;
        for (uint8_t bit = 0U; bit < 8U; bit++) {
            crc = ((crc & 0x8000U) != 0U) ? ((crc << 1U) ^ 0x1021U) : (crc << 1U);
        }
    }
    return (uint16_t)(crc & 0xFFFFU);
}

size_t sofp_put_reply(uint8_t *reply, uint8_t command, enum sofp_result result)
{
    reply[0] = (uint8_t)(REPLY_BIT | command);
    reply[1] = (uint8_t)result;
    return 2U;
}

float sofp_acc_scale_mps2(uint16_t range_g)
{
    return ACC_SCALE_PER_G * (float)range_g;
}

float sofp_gyr_scale_radps(uint16_t range_dps)
{
    return GYR_SCALE_PER_DPS * (float)range_dps;
}

void sofp_put_info(const struct sofp *pod, uint8_t out[SOFP_INFO_BYTES])
{
    out[0] = VERSION_MAJOR;
    out[1] = VERSION_MINOR;
    out[2] = (uint8_t)pod->side;
    out[3] = pod->identity.sensor_location;
    put_u32(&out[4], CAPABILITIES);
    put_u16(&out[8], IMU_LSM6DS3TR_C);
    put_u16(&out[10], pod->identity.hardware_revision);
    put_u32(&out[12], pod->identity.firmware_version);
    (void)memcpy(&out[16], pod->identity.unique_id, sizeof(pod->identity.unique_id));
    put_u32(&out[24], CLOCK_HZ);
    put_u16(&out[28], SOFP_PAYLOAD_MAX);
    put_u16(&out[30], 0U);
}

void sofp_put_config(const struct sofp *pod, uint8_t out[SOFP_CONFIG_BYTES])
{
    (void)memset(out, 0, SOFP_CONFIG_BYTES);
    out[0] = pod->config.id;
    out[1] = SOFP_BOTH_SENSORS;
    put_u16(&out[2], pod->config.rate_hz);
    put_u16(&out[4], pod->config.acc_range_g);
    put_u16(&out[6], pod->config.gyr_range_dps);
    put_f32(&out[8], sofp_acc_scale_mps2(pod->config.acc_range_g));
    put_f32(&out[12], sofp_gyr_scale_radps(pod->config.gyr_range_dps));
    out[16] = pod->config.samples_per_packet;
    out[19] = pod->config.checksum ? SOFP_CONFIG_CHECKSUM : 0U;
}

void sofp_put_status(const struct sofp *pod, uint64_t now_us, uint8_t out[SOFP_STATUS_BYTES])
{
    const uint32_t state = (pod->streaming ? STATE_STREAMING : 0U) |
                           (pod->health.charging ? STATE_CHARGING : 0U) |
                           (sofp_synced(pod, now_us) ? STATE_SYNCED : 0U);
    put_u64(out, now_us);
    put_u32(&out[8], pod->samples_produced);
    put_u32(&out[12], pod->samples_lost);
    put_u16(&out[16], pod->packets_dropped);
    out[18] = pod->health.battery_percent;
    out[19] = (uint8_t)state;
    put_i16(&out[20], pod->health.temperature_centidegc);
    put_u16(&out[22], pod->health.battery_mv);
    put_u32(&out[24], sample_clock_rate_mhz(&pod->clock));
}
