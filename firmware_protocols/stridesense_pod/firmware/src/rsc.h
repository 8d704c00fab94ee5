/**
 * Running speed and cadence for a watch: strides counted on the pod, and the bytes of the Bluetooth service.
 *
 * The foot turns fastest once a stride, always about the same axis and the same way, whichever way round the
 * pod sits; those peaks are counted. The speed is a GUESS: cadence times a fixed length of stride.
 * StrideSense itself uses neither.
 */
#ifndef RSC_H
#define RSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSC_MEASUREMENT_MAX 6U
#define RSC_FEATURE 0x0005U /**< stride length, and whether walking or running */
#define RSC_STRIDES_KEPT 5U

struct rsc_counter {
    float fastest[3];   /**< fastest turn of late, degree/s, falling slowly */
    float dps_per_count;
    uint32_t rate_hz;
    uint32_t since;     /**< samples since the last stride */
    uint32_t strides[RSC_STRIDES_KEPT]; /**< the last stride times, in samples */
    uint8_t counted;    /**< how many of them there are */
    uint8_t next;       /**< which of them is replaced next */
    bool armed;         /**< it turned the other way since the last stride */
};

/** What a watch is told. */
struct rsc_measurement {
    uint16_t speed;            /**< 1/256 m/s */
    uint16_t stride_length_cm; /**< 0: not told */
    uint8_t cadence;           /**< strides of this foot a minute */
    bool running;
};

/** Nothing counted yet. */
void rsc_start(struct rsc_counter *counter, uint16_t rate_hz, uint16_t gyr_range_dps);

/** Takes the angular velocity of one sample, in counts. */
void rsc_take(struct rsc_counter *counter, const int16_t gyr[3]);

/** What there is to tell; all 0 before the second stride, and when none came for two seconds. */
struct rsc_measurement rsc_measure(const struct rsc_counter *counter);

/** The bytes of RSC Measurement (0x2A53); returns their number. */
size_t rsc_put(const struct rsc_measurement *measurement, uint8_t out[RSC_MEASUREMENT_MAX]);

#endif
