#include "rsc.h"

#include <string.h>

#include "bytes.h"

#define DPS_PER_COUNT_AND_RANGE 35.0e-6F
#define LEAST_PEAK_DPS 150.0F /* slower than any walk turns a foot */
#define PEAK_SHARE 0.6F       /* of the fastest turn of late; above the smaller one as the toe comes down */
#define OPPOSITE_SHARE 1.5F   /* in squares: a turn the other way takes over only if clearly faster */
#define FALLS_BY (1.0F / 2048.0F)

#define SHORTEST_STRIDE_MS 400U /* 150 strides a minute: faster than any runner */
#define LONGEST_STRIDE_MS 2000U
#define MS_PER_S 1000U
#define S_PER_MIN 60U

/* Rules of thumb and no measurements: how far a foot goes from one contact to its next. */
#define WALK_STRIDE_CM 140U
#define RUN_STRIDE_CM 220U
#define RUNS_FROM_CADENCE 70U

#define FLAG_STRIDE_LENGTH 0x01U
#define FLAG_RUNNING 0x04U

static float dot(const float one[3], const float other[3])
{
    return (one[0] * other[0]) + (one[1] * other[1]) + (one[2] * other[2]);
}

static uint32_t samples_of(const struct rsc_counter *counter, uint32_t milliseconds)
{
    return (milliseconds * counter->rate_hz) / MS_PER_S;
}

static void follow_fastest(struct rsc_counter *counter, const float gyr[3], float along)
{
    const float fastest = dot(counter->fastest, counter->fastest);
    const float needed = (along >= 0.0F) ? fastest : (OPPOSITE_SHARE * fastest);
    const bool faster = dot(gyr, gyr) > needed;
    for (size_t axis = 0U; axis < 3U; axis++) {
        counter->fastest[axis] = faster ? gyr[axis] : (counter->fastest[axis] * (1.0F - FALLS_BY));
    }
}

/** The median of the last stride times, in samples; 0: there is none. */
static uint32_t usual_stride(const struct rsc_counter *counter)
{
    uint32_t sorted[RSC_STRIDES_KEPT] = {0U};
    for (size_t i = 0U; i < counter->counted; i++) {
        size_t place = i;
        while ((place > 0U) && (sorted[place - 1U] > counter->strides[i])) {
            sorted[place] = sorted[place - 1U];
            place--;
        }
        sorted[place] = counter->strides[i];
    }
    return sorted[counter->counted / 2U];
}

/** A stride is not yet over before this. */
static uint32_t shortest_stride(const struct rsc_counter *counter)
{
    const uint32_t shortest = samples_of(counter, SHORTEST_STRIDE_MS);
    const uint32_t much_shorter = (usual_stride(counter) * 7U) / 10U;
    return (much_shorter > shortest) ? much_shorter : shortest;
}

static void count_stride(struct rsc_counter *counter)
{
    if (counter->since <= samples_of(counter, LONGEST_STRIDE_MS)) {
        counter->strides[counter->next] = counter->since;
        counter->next = (uint8_t)((counter->next + 1U) % RSC_STRIDES_KEPT);
        if (counter->counted < RSC_STRIDES_KEPT) {
            counter->counted++;
        }
    } else {
        counter->counted = 0U;
        counter->next = 0U;
    }
    counter->since = 0U;
    counter->armed = false;
}

void rsc_start(struct rsc_counter *counter, uint16_t rate_hz, uint16_t gyr_range_dps)
{
    (void)memset(counter, 0, sizeof(*counter));
    counter->dps_per_count = DPS_PER_COUNT_AND_RANGE * (float)gyr_range_dps;
    counter->rate_hz = rate_hz;
    counter->since = UINT32_MAX;
}

void rsc_take(struct rsc_counter *counter, const int16_t gyr[3])
{
    const float dps[3] = {(float)gyr[0] * counter->dps_per_count, (float)gyr[1] * counter->dps_per_count,
                          (float)gyr[2] * counter->dps_per_count};
    if (counter->since < UINT32_MAX) {
        counter->since++;
    }
    follow_fastest(counter, dps, dot(dps, counter->fastest));
    const float fastest = dot(counter->fastest, counter->fastest);
    const float along = dot(dps, counter->fastest);
    if (along < 0.0F) {
        counter->armed = true;
    }
    if (counter->armed && (fastest > (LEAST_PEAK_DPS * LEAST_PEAK_DPS)) && (along > (PEAK_SHARE * fastest)) &&
        (counter->since >= shortest_stride(counter))) {
        count_stride(counter);
    }
}

struct rsc_measurement rsc_measure(const struct rsc_counter *counter)
{
    struct rsc_measurement measurement = {0U, 0U, 0U, false};
    const uint32_t stride = usual_stride(counter);
    if ((stride == 0U) || (counter->since > samples_of(counter, LONGEST_STRIDE_MS))) {
        return measurement;
    }
    const uint32_t cadence = ((S_PER_MIN * counter->rate_hz) + (stride / 2U)) / stride;
    const uint32_t stride_cm = (cadence >= RUNS_FROM_CADENCE) ? RUN_STRIDE_CM : WALK_STRIDE_CM;
    measurement.cadence = (uint8_t)cadence;
    measurement.running = (cadence >= RUNS_FROM_CADENCE);
    measurement.stride_length_cm = (uint16_t)stride_cm;
    measurement.speed = (uint16_t)((cadence * stride_cm * 256U) / (S_PER_MIN * 100U));
    return measurement;
}

size_t rsc_put(const struct rsc_measurement *measurement, uint8_t out[RSC_MEASUREMENT_MAX])
{
    const bool with_length = (measurement->stride_length_cm > 0U);
    const uint32_t running = measurement->running ? FLAG_RUNNING : 0U;
    const uint32_t flags = (with_length ? FLAG_STRIDE_LENGTH : 0U) | running;
    out[0] = (uint8_t)flags;
    put_u16(&out[1], measurement->speed);
    out[3] = measurement->cadence;
    if (with_length) {
        put_u16(&out[4], measurement->stride_length_cm);
    }
    return with_length ? 6U : 4U;
}
