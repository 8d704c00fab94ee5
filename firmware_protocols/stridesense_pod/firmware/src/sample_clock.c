#include "sample_clock.h"

#define PS_PER_US 1000000U
#define PS_PER_S 1000000000000U
#define AVERAGED_STAMPS 64U
#define LONGEST_MEASURE 1024U /* samples between two stamps that still tell the period */
#define SLACK_DIVISOR 5U      /* a period further than a fifth from the stated one is no measurement */

static bool plausible(const struct sample_clock *clock, uint64_t period_ps)
{
    const uint64_t slack_ps = clock->stated_period_ps / SLACK_DIVISOR;
    return (period_ps >= (clock->stated_period_ps - slack_ps)) &&
           (period_ps <= (clock->stated_period_ps + slack_ps));
}

static uint64_t span_us(const struct sample_clock *clock, uint32_t samples)
{
    return (((uint64_t)samples * clock->period_ps) + (PS_PER_US / 2U)) / PS_PER_US;
}

static void measure(struct sample_clock *clock, uint32_t index, uint64_t stamp_us)
{
    const uint32_t samples = index - clock->anchor_index;
    if ((samples == 0U) || (samples > LONGEST_MEASURE) || (stamp_us <= clock->anchor_us)) {
        return;
    }
    const uint64_t period_ps = ((stamp_us - clock->anchor_us) * PS_PER_US) / samples;
    if (!plausible(clock, period_ps)) {
        return;
    }
    if (clock->measured < AVERAGED_STAMPS) {
        clock->measured++;
    }
    const int64_t step_ps = ((int64_t)period_ps - (int64_t)clock->period_ps) / (int64_t)clock->measured;
    clock->period_ps = (uint64_t)((int64_t)clock->period_ps + step_ps);
}

void sample_clock_start(struct sample_clock *clock, uint16_t rate_hz)
{
    clock->anchor_us = 0U;
    clock->anchor_index = 0U;
    clock->stated_period_ps = PS_PER_S / rate_hz;
    clock->period_ps = clock->stated_period_ps;
    clock->measured = 0U;
    clock->anchored = false;
    clock->exact = false;
}

void sample_clock_mark(struct sample_clock *clock, uint32_t index, uint64_t stamp_us)
{
    if (clock->anchored && clock->exact) {
        measure(clock, index, stamp_us);
    }
    clock->anchor_index = index;
    clock->anchor_us = stamp_us;
    clock->anchored = true;
    clock->exact = true;
}

void sample_clock_move(struct sample_clock *clock, uint32_t index)
{
    clock->anchor_us = sample_clock_time_us(clock, index);
    clock->anchor_index = index;
    clock->exact = false;
}

uint64_t sample_clock_time_us(const struct sample_clock *clock, uint32_t index)
{
    const uint32_t ahead = index - clock->anchor_index;
    const uint32_t behind = clock->anchor_index - index;
    if (ahead <= behind) {
        return clock->anchor_us + span_us(clock, ahead);
    }
    return clock->anchor_us - span_us(clock, behind);
}

uint32_t sample_clock_newest(const struct sample_clock *clock, uint64_t now_us)
{
    if (now_us < clock->anchor_us) {
        return clock->anchor_index;
    }
    const uint64_t samples = ((now_us - clock->anchor_us) * PS_PER_US) / clock->period_ps;
    return clock->anchor_index + (uint32_t)(samples & 0xFFFFFFFFU);
}

uint32_t sample_clock_rate_mhz(const struct sample_clock *clock)
{
    const uint64_t mhz_ps = (uint64_t)PS_PER_S * 1000U;
    return (uint32_t)((mhz_ps + (clock->period_ps / 2U)) / clock->period_ps);
}
