#include "board.h"

#include <stdio.h>
#include <string.h>
#include <zephyr/drivers/adc.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/poweroff.h>

#include "imu.h"

#define USER_NODE DT_PATH(zephyr_user)

#define DIVIDER_WHOLE_KOHM 1510
#define DIVIDER_LOWER_KOHM 510

/* A straight line, roughly that of a small lithium polymer cell under a light load. */
#define EMPTY_MV 3300
#define FULL_MV 4150

static const struct gpio_dt_spec led = GPIO_DT_SPEC_GET(DT_ALIAS(led2), gpios);
static const struct gpio_dt_spec battery_read = GPIO_DT_SPEC_GET(USER_NODE, battery_read_gpios);
static const struct gpio_dt_spec charging = GPIO_DT_SPEC_GET(USER_NODE, charging_gpios);
static const struct adc_dt_spec battery = ADC_DT_SPEC_GET(USER_NODE);

static uint8_t side;

static void led_off(struct k_work *work)
{
    ARG_UNUSED(work);
    (void)gpio_pin_set_dt(&led, 0);
}

static K_WORK_DELAYABLE_DEFINE(identified, led_off);

static int load(const char *name, size_t length, settings_read_cb read, void *context)
{
    if ((strcmp(name, "side") == 0) && (length == sizeof(side))) {
        return (read(context, &side, sizeof(side)) < 0) ? -EIO : 0;
    }
    return -ENOENT;
}

SETTINGS_STATIC_HANDLER_DEFINE(pod, "pod", NULL, load, NULL, NULL);

static void tell_serial_number(void)
{
    uint8_t id[8];
    char text[(2U * sizeof(id)) + 1U];
    board_unique_id(id);
    for (size_t i = 0U; i < sizeof(id); i++) {
        (void)snprintf(&text[2U * i], 3U, "%02x", id[i]);
    }
    (void)settings_runtime_set("bt/dis/serial", text, sizeof(text));
}

void board_init(void)
{
    (void)gpio_pin_configure_dt(&led, GPIO_OUTPUT_INACTIVE);
    /* Kept on: off, the pin would see the whole battery while it is charged. It costs 3 uA. */
    (void)gpio_pin_configure_dt(&battery_read, GPIO_OUTPUT_ACTIVE);
    (void)gpio_pin_configure_dt(&charging, GPIO_INPUT);
    (void)adc_channel_setup_dt(&battery);
    (void)settings_subsys_init();
    (void)settings_load();
    tell_serial_number();
}

void board_unique_id(uint8_t id[8])
{
    (void)memset(id, 0, 8U);
    (void)hwinfo_get_device_id(id, 8U);
}

enum sofp_side board_side(void)
{
    return (side <= (uint8_t)SOFP_RIGHT) ? (enum sofp_side)side : SOFP_SIDE_UNKNOWN;
}

void board_keep_side(enum sofp_side worn)
{
    side = (uint8_t)worn;
    (void)settings_save_one("pod/side", &side, sizeof(side));
}

void board_identify(uint8_t seconds)
{
    (void)gpio_pin_set_dt(&led, (seconds > 0U) ? 1 : 0);
    (void)k_work_reschedule(&identified, K_SECONDS(seconds));
}

void board_battery(struct sofp_health *health)
{
    int16_t raw = 0;
    struct adc_sequence sequence = {.buffer = &raw, .buffer_size = sizeof(raw)};
    (void)adc_sequence_init_dt(&battery, &sequence);
    const int error = adc_read_dt(&battery, &sequence);
    int32_t millivolts = raw;
    health->charging = gpio_pin_get_dt(&charging) > 0;
    if ((error != 0) || (adc_raw_to_millivolts_dt(&battery, &millivolts) != 0)) {
        health->battery_mv = 0U;
        health->battery_percent = UINT8_MAX;
        return;
    }
    millivolts = (CLAMP(millivolts, 0, 3600) * DIVIDER_WHOLE_KOHM) / DIVIDER_LOWER_KOHM;
    const int32_t above = CLAMP(millivolts, EMPTY_MV, FULL_MV) - EMPTY_MV;
    health->battery_mv = (uint16_t)millivolts;
    health->battery_percent = (uint8_t)((above * 100) / (FULL_MV - EMPTY_MV));
}

void board_switch_off(void)
{
    (void)gpio_pin_set_dt(&led, 0);
    imu_wake_on_movement();
    sys_poweroff();
}
