#include "ring.h"

#include <string.h>

/* A packet is stored as its length and its bytes, and may run over the end of the buffer. */

static void put(struct ring *ring, size_t offset, const uint8_t *from, size_t length)
{
    const size_t start = (ring->head + offset) % RING_BYTES;
    const size_t to_end = RING_BYTES - start;
    const size_t first = (length < to_end) ? length : to_end;
    (void)memcpy(&ring->bytes[start], from, first);
    (void)memcpy(ring->bytes, &from[first], length - first);
}

void ring_clear(struct ring *ring)
{
    ring->head = 0U;
    ring->filled = 0U;
}

bool ring_push(struct ring *ring, const uint8_t *packet, uint8_t length)
{
    const size_t needed = (size_t)length + 1U;
    if ((length == 0U) || (needed > (RING_BYTES - ring->filled))) {
        return false;
    }
    put(ring, ring->filled, &length, 1U);
    put(ring, ring->filled + 1U, packet, length);
    ring->filled += needed;
    return true;
}

uint8_t ring_peek(const struct ring *ring, uint8_t *out)
{
    if (ring->filled == 0U) {
        return 0U;
    }
    const uint8_t length = ring->bytes[ring->head];
    const size_t start = (ring->head + 1U) % RING_BYTES;
    const size_t to_end = RING_BYTES - start;
    const size_t first = (length < to_end) ? length : to_end;
    (void)memcpy(out, &ring->bytes[start], first);
    (void)memcpy(&out[first], ring->bytes, (size_t)length - first);
    return length;
}

void ring_pop(struct ring *ring)
{
    if (ring->filled > 0U) {
        const size_t used = (size_t)ring->bytes[ring->head] + 1U;
        ring->head = (ring->head + used) % RING_BYTES;
        ring->filled -= used;
    }
}
