/* One thread owns the pod: it reads the sensor, obeys the host, and feeds the radio. */
#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>

#include "ble.h"
#include "board.h"
#include "events.h"
#include "imu.h"
#include "link.h"
#include "rsc.h"
#include "sofp.h"

#define BATTERY_EVERY_S 60U
#define REPLY_TIME_MS 500 /* for the answer to go out before the pod switches itself off */

K_EVENT_DEFINE(pod_events);

static struct sofp pod;
static struct rsc_counter counter;
static struct sofp_health health = {.battery_percent = UINT8_MAX};
static bool sampling;
static bool going_to_sleep;

static bool start_sampling(void *context, const struct sofp_config *config)
{
    ARG_UNUSED(context);
    sampling = (imu_start(config) == 0);
    rsc_start(&counter, config->rate_hz, config->gyr_range_dps);
    return sampling;
}

static void stop_sampling(void *context)
{
    ARG_UNUSED(context);
    if (!ble_watched()) {
        imu_stop();
        sampling = false;
    }
}

static void identify(void *context, uint8_t seconds)
{
    ARG_UNUSED(context);
    board_identify(seconds);
}

static void side_changed(void *context, enum sofp_side side)
{
    ARG_UNUSED(context);
    board_keep_side(side);
}

static void deep_sleep(void *context)
{
    ARG_UNUSED(context);
    going_to_sleep = true;
}

static const struct sofp_port port = {
    .start_sensor = start_sampling,
    .stop_sensor = stop_sampling,
    .identify = identify,
    .side_changed = side_changed,
    .deep_sleep = deep_sleep,
};

static void on_watermark(void)
{
    struct sofp_batch batch;
    while (sampling && imu_read(&batch)) {
        sofp_take(&pod, &batch);
        for (size_t sample = 0U; sample < batch.samples; sample++) {
            rsc_take(&counter, &batch.counts[(sample * SOFP_AXES) + 3U]);
        }
    }
}

/** The watch has come: it needs samples. It has gone: perhaps nobody does. */
static void on_watch(void)
{
    if (ble_watched() && !sampling) {
        (void)start_sampling(NULL, &pod.config);
    } else if (!ble_watched() && sampling && !pod.streaming) {
        stop_sampling(NULL);
    } else {
        /* the stream keeps the sensor on */
    }
}

static void answer(const struct ble_request *request)
{
    uint8_t reply[SOFP_REPLY_MAX];
    uint8_t sync[SOFP_TIME_SYNC_BYTES];
    size_t length = 0U;
    switch (request->role) {
    case BLE_CONTROL:
        sofp_set_mtu(&pod, ble_mtu());
        length = sofp_control(&pod, request->bytes, request->length, pod_now_us(), reply);
        break;
    case BLE_CONFIG:
        length = sofp_write_config(&pod, request->bytes, request->length, reply);
        break;
    default:
        if (sofp_time_sync(&pod, request->bytes, request->length, request->received_us, pod_now_us(), sync)) {
            ble_notify_time_sync(sync);
        }
        break;
    }
    if (length > 0U) {
        ble_publish(&pod, pod_now_us());
        ble_indicate_control(reply, length);
    }
}

static void on_request(void)
{
    struct ble_request request;
    while (ble_take_request(&request)) {
        answer(&request);
    }
    if (going_to_sleep) {
        k_msleep(REPLY_TIME_MS);
        board_switch_off();
    }
}

static void refresh(void)
{
    static uint32_t seconds;
    if ((seconds % BATTERY_EVERY_S) == 0U) {
        board_battery(&health);
    }
    seconds++;
    if (sampling) {
        health.temperature_centidegc = imu_temperature_centidegc();
    }
    sofp_set_health(&pod, &health);
    ble_publish(&pod, pod_now_us());
}

static void on_second(void)
{
    on_watermark(); /* a bus that failed once would leave the interrupt pin high, with no edge to come */
    refresh();
    ble_notify_status();
    if (ble_watched()) {
        const struct rsc_measurement measurement = rsc_measure(&counter);
        ble_notify_watch(&measurement);
    }
}

static void send(void)
{
    uint8_t packet[SOFP_PAYLOAD_MAX];
    uint8_t reply[SOFP_REPLY_MAX];
    size_t length = sofp_peek(&pod, packet);
    while ((length > 0U) && ble_send_data(packet, length)) {
        sofp_sent(&pod);
        length = sofp_peek(&pod, packet);
    }
    length = sofp_late_reply(&pod, reply);
    if (length > 0U) {
        ble_indicate_control(reply, length);
    }
}

static void tick(struct k_timer *timer)
{
    ARG_UNUSED(timer);
    (void)k_event_post(&pod_events, EVENT_SECOND);
}

static K_TIMER_DEFINE(second, tick, NULL);

static void handle(uint32_t events)
{
    if ((events & EVENT_GONE) != 0U) {
        sofp_disconnected(&pod);
    }
    if ((events & EVENT_WATERMARK) != 0U) {
        on_watermark();
    }
    if ((events & EVENT_REQUEST) != 0U) {
        on_request();
    }
    if ((events & EVENT_WATCH) != 0U) {
        on_watch();
    }
    if ((events & EVENT_SECOND) != 0U) {
        on_second();
    }
    send();
}

int main(void)
{
    struct sofp_identity identity = {
        .firmware_version = 0x01000000U, .hardware_revision = 1U, .sensor_location = 1U};
    board_init();
    board_unique_id(identity.unique_id);
    sofp_init(&pod, &identity, &port);
    pod.side = board_side();
    refresh();
    if ((imu_init() != 0) || (link_start() != 0)) {
        printk("The sensor's bus or the radio is missing: is this a XIAO nRF52840 Sense?\n");
        return 0;
    }
    k_timer_start(&second, K_SECONDS(1), K_SECONDS(1));
    for (;;) {
        const uint32_t events = k_event_wait(&pod_events, EVENTS_ALL, false, K_FOREVER);
        (void)k_event_clear(&pod_events, events);
        handle(events);
    }
    return 0;
}
