/**
 * SOFP v1, the pod's side: samples and commands in, packets and replies out.
 *
 * Pure state: no heap, no clock, no radio. Whoever calls it says what time it is and sends what it gives
 * out. All functions of one `struct sofp` must be called by one thread at a time. Byte layouts:
 * ../../protocol.toml.
 */
#ifndef SOFP_H
#define SOFP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"
#include "sample_clock.h"

#define SOFP_AXES 6U              /**< acc x y z, gyr x y z */
#define SOFP_SAMPLES_MAX 19U      /**< samples a packet */
#define SOFP_PAYLOAD_MAX 244U     /**< bytes of a notification at an MTU of 247 */
#define SOFP_INFO_BYTES 32U
#define SOFP_CONFIG_BYTES 24U
#define SOFP_STATUS_BYTES 28U
#define SOFP_TIME_SYNC_BYTES 28U
#define SOFP_REPLY_MAX 10U        /**< bytes of an indication on Control */
#define SOFP_UNSTAMPED UINT16_MAX /**< no sample of the batch has a stamp */

enum sofp_side { SOFP_SIDE_UNKNOWN = 0, SOFP_LEFT = 1, SOFP_RIGHT = 2 };

enum sofp_result {
    SOFP_OK = 0,
    SOFP_UNKNOWN_COMMAND = 1,
    SOFP_BAD_PARAMETER = 2,
    SOFP_SENSOR_ERROR = 3,
    SOFP_BUSY = 4,
    SOFP_MTU_TOO_SMALL = 5,
    SOFP_LOW_BATTERY = 6
};

/** What a pod is and stays. */
struct sofp_identity {
    uint32_t firmware_version;
    uint16_t hardware_revision;
    uint8_t sensor_location; /**< as in the Bluetooth characteristic of that name: 1 top of shoe, 2 in shoe */
    uint8_t unique_id[8];
};

/** How the sensor is set; the scales follow from the ranges. */
struct sofp_config {
    uint16_t rate_hz;       /**< 104, 208, 416 or 833 */
    uint16_t acc_range_g;   /**< 2, 4, 8 or 16 */
    uint16_t gyr_range_dps; /**< 125, 250, 500, 1000 or 2000 */
    uint8_t id;             /**< another one for every other setting */
    uint8_t samples_per_packet; /**< 0: as many as fit */
    bool checksum;
};

/** What is measured of the pod itself. */
struct sofp_health {
    uint16_t battery_mv;            /**< 0: unknown */
    int16_t temperature_centidegc;  /**< 0.01 degree Celsius */
    uint8_t battery_percent;        /**< 255: unknown */
    bool charging;
};

/** What the board does when it is told to; each is given `context`. */
struct sofp_port {
    void *context;
    bool (*start_sensor)(void *context, const struct sofp_config *config); /**< false: it does not answer */
    void (*stop_sensor)(void *context);
    void (*identify)(void *context, uint8_t seconds);
    void (*side_changed)(void *context, enum sofp_side side); /**< to be kept over a restart */
    void (*deep_sleep)(void *context); /**< not at once: the reply is still to be sent */
};

/** Samples as they were taken out of the sensor's FIFO, the oldest first. */
struct sofp_batch {
    const int16_t *counts; /**< `samples` rows of SOFP_AXES */
    uint16_t samples;
    uint16_t stamped;  /**< which of them was taken at `stamp_us`, or SOFP_UNSTAMPED */
    uint64_t stamp_us; /**< after an overflow: when the FIFO's level was read */
    bool overflow;     /**< the FIFO was full: samples before these may be lost */
};

/** Angular velocity while the pod ought to lie still, on command. */
struct sofp_bias {
    int32_t sum[3];
    int16_t least[3];
    int16_t most[3];
    uint16_t taken;
    bool capturing;
    bool ready;
};

struct sofp {
    struct sofp_identity identity;
    struct sofp_config config;
    struct sofp_health health;
    const struct sofp_port *port;
    struct sample_clock clock;
    struct ring ring;
    struct sofp_bias bias;
    enum sofp_side side;
    uint64_t synced_at_us; /**< last exchange of clocks, if `synced` */
    uint32_t next_index;
    uint32_t samples_produced;
    uint32_t samples_lost;
    uint16_t packets_dropped;
    uint16_t sequence;
    uint16_t mtu;
    bool streaming;
    bool synced;             /**< clocks were exchanged on this connection */
    uint8_t samples_fit;     /**< samples a packet, of this stream */
    uint8_t pending;         /**< samples in `packet` */
    uint8_t pending_clipped; /**< flags */
    uint8_t owed_flags;      /**< flags that wait for a packet that gets through */
    uint32_t pending_index;  /**< of the first of them */
    uint64_t pending_us;     /**< when the first of them was taken */
    uint8_t packet[SOFP_PAYLOAD_MAX];
};

/** A pod that does not stream: 416 Hz, 16 g, 2000 degree/s, no checksum. `port` must outlive it. */
void sofp_init(struct sofp *pod, const struct sofp_identity *identity, const struct sofp_port *port);

/** The MTU of the connection; counts from the next start on. */
void sofp_set_mtu(struct sofp *pod, uint16_t mtu);

void sofp_set_health(struct sofp *pod, const struct sofp_health *health);

/** The connection is gone: stops streaming, forgets what was not sent. */
void sofp_disconnected(struct sofp *pod);

/** Whether the host has compared clocks within the last minute, as it does while it keeps up its estimate. */
bool sofp_synced(const struct sofp *pod, uint64_t now_us);

/** The values of the readable characteristics; each fills its whole array. */
void sofp_put_info(const struct sofp *pod, uint8_t out[SOFP_INFO_BYTES]);
void sofp_put_config(const struct sofp *pod, uint8_t out[SOFP_CONFIG_BYTES]);
void sofp_put_status(const struct sofp *pod, uint64_t now_us, uint8_t out[SOFP_STATUS_BYTES]);

/**
 * Obeys a write to Control. Returns the length of the indication in `reply`; 0: none, or not yet (the bias
 * is measured first, see sofp_late_reply).
 */
size_t sofp_control(struct sofp *pod, const uint8_t *command, size_t length, uint64_t now_us,
                    uint8_t reply[SOFP_REPLY_MAX]);

/**
 * Obeys a write to Config: the least rate and ranges that are not below those asked for. Returns the length
 * of the indication on Control: 0x80, status, and the first 8 bytes of the Config that holds now.
 */
size_t sofp_write_config(struct sofp *pod, const uint8_t *asked, size_t length,
                         uint8_t reply[SOFP_REPLY_MAX]);

/** A reply that took its time, once; 0 if there is none. */
size_t sofp_late_reply(struct sofp *pod, uint8_t reply[SOFP_REPLY_MAX]);

/** Answers a request on Time sync; false if it is none. */
bool sofp_time_sync(struct sofp *pod, const uint8_t *request, size_t length, uint64_t received_us,
                    uint64_t now_us, uint8_t reply[SOFP_TIME_SYNC_BYTES]);

/**
 * Takes what the sensor gave. The first stamped batch after a start only sets the clock and is not sent: from
 * one stamp nobody knows the true rate.
 */
void sofp_take(struct sofp *pod, const struct sofp_batch *batch);

/** Copies the packet that is next to send; returns its length, 0 if there is none. */
size_t sofp_peek(const struct sofp *pod, uint8_t out[SOFP_PAYLOAD_MAX]);

/** The radio has taken the packet that sofp_peek gave. */
void sofp_sent(struct sofp *pod);

#endif
