/** What wakes the thread that owns the pod. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>
#include <zephyr/kernel.h>

#define EVENT_WATERMARK BIT(0) /**< the sensor's FIFO waits to be read */
#define EVENT_REQUEST BIT(1)   /**< a host has written something */
#define EVENT_ROOM BIT(2)      /**< the radio has sent a packet */
#define EVENT_SECOND BIT(3)
#define EVENT_WATCH BIT(4)     /**< a watch has come or gone */
#define EVENT_GONE BIT(5)      /**< the host has disconnected */
#define EVENTS_ALL BIT_MASK(6)

extern struct k_event pod_events;

/** The pod's clock, us since it was switched on; in steps of 30.5 us. */
static inline uint64_t pod_now_us(void)
{
    return k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

#endif
