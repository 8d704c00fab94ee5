#include "imu.h"

#include <zephyr/device.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>

#include "events.h"

#define IMU_NODE DT_NODELABEL(lsm6ds3tr_c)

enum lsm6ds3tr_c {
    FIFO_CTRL1 = 0x06,
    FIFO_CTRL2 = 0x07,
    FIFO_CTRL3 = 0x08,
    FIFO_CTRL4 = 0x09,
    FIFO_CTRL5 = 0x0A,
    INT1_CTRL = 0x0D,
    WHO_AM_I = 0x0F,
    CTRL1_XL = 0x10,
    CTRL2_G = 0x11,
    CTRL3_C = 0x12,
    CTRL6_C = 0x15,
    OUT_TEMP_L = 0x20,
    FIFO_STATUS1 = 0x3A,
    FIFO_DATA_OUT_L = 0x3E,
    TAP_CFG = 0x58,
    WAKE_UP_THS = 0x5B,
    MD1_CFG = 0x5E
};

#define IDENTITY 0x6AU
#define SOFT_RESET 0x01U
#define BLOCK_UPDATE_AND_INCREMENT 0x44U
#define FIFO_BOTH_SENSORS 0x09U /* gyroscope and accelerometer, neither thinned */
#define FIFO_BYPASS 0x00U
#define FIFO_CONTINUOUS 0x06U
#define INT1_WATERMARK 0x08U
#define STATUS2_OVERRUN 0x40U
#define LEVEL_HIGH_BITS 0x07U
#define PATTERN_HIGH_BITS 0x03U

#define WATERMARK_SAMPLES 19U
#define WORDS_A_SAMPLE 6U
#define FIFO_SAMPLES 341U
#define SAMPLE_BYTES 12U
#define READ_AT_ONCE 32U /* samples */
#define SETTLE_MS 100    /* the gyroscope's data sheet asks for 70 */

static const struct i2c_dt_spec bus = I2C_DT_SPEC_GET(IMU_NODE);
static const struct gpio_dt_spec interrupt = GPIO_DT_SPEC_GET(IMU_NODE, irq_gpios);
static struct gpio_callback on_interrupt;

static uint64_t stamp_us;
static bool stamp_fresh;
static int16_t counts[FIFO_SAMPLES * SOFP_AXES];

static void take_stamp(const struct device *port, struct gpio_callback *callback, gpio_port_pins_t pins)
{
    ARG_UNUSED(port);
    ARG_UNUSED(callback);
    ARG_UNUSED(pins);
    stamp_us = pod_now_us();
    stamp_fresh = true;
    (void)k_event_post(&pod_events, EVENT_WATERMARK);
}

static int set(uint8_t address, uint8_t value)
{
    return i2c_reg_write_byte_dt(&bus, address, value);
}

static uint8_t rate_code(uint16_t rate_hz)
{
    switch (rate_hz) {
    case 104U:
        return 4U;
    case 208U:
        return 5U;
    case 833U:
        return 7U;
    default:
        return 6U;
    }
}

static uint8_t acc_range_code(uint16_t range_g)
{
    switch (range_g) {
    case 2U:
        return 0U;
    case 4U:
        return 2U;
    case 8U:
        return 3U;
    default:
        return 1U;
    }
}

/** The three bits FS_G and FS_125 together. */
static uint8_t gyr_range_code(uint16_t range_dps)
{
    switch (range_dps) {
    case 125U:
        return 1U;
    case 250U:
        return 0U;
    case 500U:
        return 2U;
    case 1000U:
        return 4U;
    default:
        return 6U;
    }
}

static int reset(void)
{
    uint8_t identity = 0U;
    int error = set(CTRL3_C, SOFT_RESET);
    k_msleep(2);
    error |= i2c_reg_read_byte_dt(&bus, WHO_AM_I, &identity);
    if ((error == 0) && (identity != IDENTITY)) {
        error = -ENODEV;
    }
    return error | set(CTRL3_C, BLOCK_UPDATE_AND_INCREMENT);
}

static int begin_fifo(uint8_t rate)
{
    const uint16_t words = WATERMARK_SAMPLES * WORDS_A_SAMPLE;
    int error = set(FIFO_CTRL1, (uint8_t)(words & 0xFFU));
    error |= set(FIFO_CTRL2, (uint8_t)(words >> 8));
    error |= set(FIFO_CTRL3, FIFO_BOTH_SENSORS);
    error |= set(FIFO_CTRL4, 0U);
    error |= set(INT1_CTRL, INT1_WATERMARK);
    return error | set(FIFO_CTRL5, (uint8_t)((rate << 3) | FIFO_CONTINUOUS));
}

int imu_init(void)
{
    if (!i2c_is_ready_dt(&bus) || !gpio_is_ready_dt(&interrupt)) {
        return -ENODEV;
    }
    gpio_init_callback(&on_interrupt, take_stamp, BIT(interrupt.pin));
    const int error = gpio_pin_configure_dt(&interrupt, GPIO_INPUT);
    return (error != 0) ? error : gpio_add_callback_dt(&interrupt, &on_interrupt);
}

int imu_start(const struct sofp_config *config)
{
    const uint8_t rate = rate_code(config->rate_hz);
    imu_stop();
    int error = reset();
    error |= set(CTRL1_XL, (uint8_t)((rate << 4) | (acc_range_code(config->acc_range_g) << 2)));
    error |= set(CTRL2_G, (uint8_t)((rate << 4) | (gyr_range_code(config->gyr_range_dps) << 1)));
    if (error != 0) {
        return -EIO;
    }
    k_msleep(SETTLE_MS);
    stamp_fresh = false;
    error = gpio_pin_interrupt_configure_dt(&interrupt, GPIO_INT_EDGE_TO_ACTIVE);
    return (begin_fifo(rate) | error) != 0 ? -EIO : 0;
}

void imu_stop(void)
{
    (void)gpio_pin_interrupt_configure_dt(&interrupt, GPIO_INT_DISABLE);
    (void)set(FIFO_CTRL5, FIFO_BYPASS);
    (void)set(INT1_CTRL, 0U);
    (void)set(CTRL1_XL, 0U);
    (void)set(CTRL2_G, 0U);
}

/** A FIFO that was overwritten may begin in the middle of a sample. */
static int skip_words(uint16_t words)
{
    uint8_t thrown_away[WORDS_A_SAMPLE * 2U];
    return i2c_burst_read_dt(&bus, FIFO_DATA_OUT_L, thrown_away, (uint32_t)words * 2U);
}

/** The FIFO gives the gyroscope first, a packet the accelerometer. */
static int read_samples(uint16_t samples)
{
    static uint8_t raw[READ_AT_ONCE * SAMPLE_BYTES];
    uint16_t done = 0U;
    while (done < samples) {
        const uint16_t now = (uint16_t)MIN(samples - done, (int)READ_AT_ONCE);
        const int error = i2c_burst_read_dt(&bus, FIFO_DATA_OUT_L, raw, (uint32_t)now * SAMPLE_BYTES);
        if (error != 0) {
            return error;
        }
        for (size_t word = 0U; word < ((size_t)now * SOFP_AXES); word++) {
            const size_t sample = done + (word / SOFP_AXES);
            const size_t axis = ((word % SOFP_AXES) + 3U) % SOFP_AXES;
            counts[(sample * SOFP_AXES) + axis] = (int16_t)sys_get_le16(&raw[2U * word]);
        }
        done += now;
    }
    return 0;
}

/** The stamp of the watermark, which the FIFO's level shows to be passed. */
static void add_stamp(struct sofp_batch *batch, uint64_t level_read_us)
{
    const unsigned int key = irq_lock();
    const bool fresh = stamp_fresh;
    const uint64_t watermark_us = stamp_us;
    stamp_fresh = false;
    irq_unlock(key);
    batch->stamped = (fresh && !batch->overflow) ? (WATERMARK_SAMPLES - 1U) : SOFP_UNSTAMPED;
    batch->stamp_us = batch->overflow ? level_read_us : watermark_us;
}

bool imu_read(struct sofp_batch *batch)
{
    uint8_t status[4];
    const uint64_t level_read_us = pod_now_us();
    if (i2c_burst_read_dt(&bus, FIFO_STATUS1, status, sizeof(status)) != 0) {
        return false;
    }
    const uint16_t pattern = (uint16_t)(status[2] | ((status[3] & PATTERN_HIGH_BITS) << 8));
    const uint16_t skipped = (uint16_t)((WORDS_A_SAMPLE - (pattern % WORDS_A_SAMPLE)) % WORDS_A_SAMPLE);
    uint16_t words = (uint16_t)(status[0] | ((status[1] & LEVEL_HIGH_BITS) << 8));
    batch->overflow = (status[1] & STATUS2_OVERRUN) != 0U;
    if (batch->overflow && (words < (WATERMARK_SAMPLES * WORDS_A_SAMPLE))) {
        words = FIFO_SAMPLES * WORDS_A_SAMPLE; /* 2048 does not fit the level's 11 bits */
    }
    if (words < ((WATERMARK_SAMPLES * WORDS_A_SAMPLE) + skipped)) {
        return false;
    }
    add_stamp(batch, level_read_us);
    batch->samples = (uint16_t)MIN((words - skipped) / WORDS_A_SAMPLE, FIFO_SAMPLES);
    batch->counts = counts;
    if ((skipped > 0U) && (skip_words(skipped) != 0)) {
        return false;
    }
    return read_samples(batch->samples) == 0;
}

int16_t imu_temperature_centidegc(void)
{
    uint8_t raw[2];
    if (i2c_burst_read_dt(&bus, OUT_TEMP_L, raw, sizeof(raw)) != 0) {
        return 0;
    }
    return (int16_t)(2500 + (((int32_t)(int16_t)sys_get_le16(raw) * 100) / 256));
}

void imu_wake_on_movement(void)
{
    (void)reset();
    (void)set(CTRL6_C, 0x10U);     /* accelerometer in low power */
    (void)set(CTRL1_XL, 0x20U);    /* 26 Hz, 2 g */
    (void)set(WAKE_UP_THS, 0x04U); /* 125 mg */
    (void)set(TAP_CFG, 0x80U);     /* interrupts on, by the slope */
    (void)set(MD1_CFG, 0x20U);     /* wake-up to INT1 */
    (void)gpio_pin_interrupt_configure_dt(&interrupt, GPIO_INT_LEVEL_ACTIVE);
}
