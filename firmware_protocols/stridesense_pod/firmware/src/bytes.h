/** Little-endian numbers, byte by byte: the same on every machine, at any alignment. */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>
#include <string.h>

static inline void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 0xFFU);
    at[1] = (uint8_t)(value >> 8U);
}

static inline void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, (uint16_t)(value & 0xFFFFU));
    put_u16(&at[2], (uint16_t)(value >> 16U));
}

static inline void put_u64(uint8_t *at, uint64_t value)
{
    put_u32(at, (uint32_t)(value & 0xFFFFFFFFU));
    put_u32(&at[4], (uint32_t)(value >> 32U));
}

static inline void put_i16(uint8_t *at, int16_t value)
{
    put_u16(at, (uint16_t)value);
}

/** IEEE 754 single precision, which `float` is on every machine this is built for. */
static inline void put_f32(uint8_t *at, float value)
{
    uint32_t bits = 0U;
    _Static_assert(sizeof(bits) == sizeof(value), "float must have 32 bits");
    (void)memcpy(&bits, &value, sizeof(bits));
    put_u32(at, bits);
}

static inline uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)((uint32_t)at[0] | ((uint32_t)at[1] << 8U));
}

static inline uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)get_u16(at) | ((uint32_t)get_u16(&at[2]) << 16U);
}

#endif
