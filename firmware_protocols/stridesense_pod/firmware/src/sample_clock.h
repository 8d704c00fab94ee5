/**
 * When each sample was taken, by the pod's microsecond clock.
 *
 * The sensor's own rate is several per cent from what its data sheet says, so the period is measured: from
 * the stamp of one watermark to the next, averaged over the last 64. Between stamps, samples lie on a line.
 */
#ifndef SAMPLE_CLOCK_H
#define SAMPLE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct sample_clock {
    uint64_t anchor_us; /**< when the sample `anchor_index` was taken */
    uint64_t period_ps;
    uint64_t stated_period_ps;
    uint32_t anchor_index;
    uint32_t measured; /**< stamps that the period is averaged over, up to 64 */
    bool anchored;     /**< one stamp was seen: times can be told */
    bool exact;        /**< the anchor is a stamp and not an estimate: a period may be measured from it */
};

/** Knows the stated rate (1 Hz at least) and no stamp yet. */
void sample_clock_start(struct sample_clock *clock, uint16_t rate_hz);

/** Takes the stamp of one sample. */
void sample_clock_mark(struct sample_clock *clock, uint32_t index, uint64_t stamp_us);

/** Goes on from an estimated place, after samples were lost. */
void sample_clock_move(struct sample_clock *clock, uint32_t index);

/** When a sample near the anchor was taken or will be, us; only if anchored. */
uint64_t sample_clock_time_us(const struct sample_clock *clock, uint32_t index);

/** The newest sample at this moment, which is not before the anchor; only if anchored. */
uint32_t sample_clock_newest(const struct sample_clock *clock, uint64_t now_us);

/** The measured rate in mHz; the stated one before there is any. */
uint32_t sample_clock_rate_mhz(const struct sample_clock *clock);

#endif
