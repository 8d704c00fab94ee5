/** The byte layouts of SOFP v1, apart from everything that happens. */
#ifndef SOFP_FRAMES_H
#define SOFP_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "sofp.h"

#define SOFP_KIND_SIX_AXES 0x11U
#define SOFP_KIND_MARKER 0x13U
#define SOFP_HEADER_BYTES 14U
#define SOFP_SAMPLE_BYTES 12U
#define SOFP_CHECKSUM_BYTES 2U

#define SOFP_FLAG_OVERFLOW 0x01U
#define SOFP_FLAG_DROPPED 0x02U
#define SOFP_FLAG_SYNCED 0x04U
#define SOFP_FLAG_ACC_CLIPPED 0x08U
#define SOFP_FLAG_GYR_CLIPPED 0x10U
#define SOFP_FLAG_CONFIG_CHANGED 0x20U
#define SOFP_FLAG_CHECKSUM 0x40U

#define SOFP_BOTH_SENSORS 0x03U
#define SOFP_CONFIG_CHECKSUM 0x01U

struct sofp_header {
    uint64_t time_us; /**< only its low 32 bits are sent */
    uint32_t sample_index;
    uint16_t sequence;
    uint8_t kind;
    uint8_t flags;
    uint8_t samples;
    uint8_t config_id;
};

void sofp_put_header(uint8_t *packet, const struct sofp_header *header);

/** One sample at its place; returns the flags of the sensors that stand at the end of their range. */
uint8_t sofp_put_sample(uint8_t *packet, uint8_t place, const int16_t *counts);

/** Appends the checksum if `flags` of the header ask for it; returns the length of the whole. */
uint8_t sofp_seal(uint8_t *packet, uint8_t length);

/** CRC-16/CCITT-FALSE. */
uint16_t sofp_crc16(const uint8_t *bytes, size_t length);

/** What Control indicates: 0x80 | command, and the result; returns its length. */
size_t sofp_put_reply(uint8_t *reply, uint8_t command, enum sofp_result result);

/** m/s^2 and rad/s per count; the range must be one of those in `struct sofp_config`. */
float sofp_acc_scale_mps2(uint16_t range_g);
float sofp_gyr_scale_radps(uint16_t range_dps);

#endif
