// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "object.h"
#include "word.h"

#define SHIFT_SPACED	6	/* a cache line for each element */
#define SHIFT_PACKED	3

/*
 * Sets all elements to their first value. Words that are kernel-only say
 * KIPC_SLOW in the page and in the record for ever.
 */
static void word_init_all(struct kipc_words *words, u64 value)
{
	u64 word = words->kernel_only ? KIPC_SLOW : value;
	u32 i;

	for (i = 0; i < words->count; i++) {
		spin_lock_init(&words->elements[i].lock);
		words->elements[i].value = value | word;
		if (kipc_words_mapped(words))
			atomic64_set(kipc_word_at(words, i), word);
	}
}

/*
 * Returns the size of the records, except for one that is part of the object.
 */
static u64 word_elements_bytes(const struct kipc_words *words)
{
	return words->count == 1 ? 0 : (u64)words->count * sizeof(*words->elements);
}

/*
 * Allocates the records. The size is not rounded up: kvmalloc() would make a
 * power of two of a size up to a megabyte. The only element of an object was
 * zeroed with the object.
 */
static struct kipc_element *word_elements_alloc(struct kipc_words *words)
{
	size_t bytes = word_elements_bytes(words);

	if (!bytes)
		return &words->only;
	if (bytes > KMALLOC_MAX_CACHE_SIZE)
		return __vmalloc(bytes, KIPC_GFP);
	return kmalloc(bytes, KIPC_GFP);
}

/**
 * kipc_words_alloc() - allocate the words of an object and their records
 * @words: part of @object, zeroed
 * @object: whose elements and flags are set; the memory is charged to it
 * @value: the first value of each element, without KIPC_SLOW
 *
 * What is allocated is given back by kipc_words_free(), also after an error.
 * The charge is given back with the object.
 *
 * Context: may sleep
 * Return: 0, -ENOMEM, or the error of kipc_object_charge()
 */
int kipc_words_alloc(struct kipc_words *words, struct kipc_object *object,
		     u64 value)
{
	bool mapped = object->tracks || !(object->flags & KIPC_SEALED);
	u64 page;
	int ret;

	words->kernel_only = object->flags & KIPC_KERNEL_WORDS;
	words->count = object->elements;
	words->shift = object->flags & KIPC_PACKED ? SHIFT_PACKED :
						     SHIFT_SPACED;
	page = mapped ? PAGE_ALIGN((u64)words->count << words->shift) : 0;
	ret = kipc_object_charge(object, word_elements_bytes(words) + page);
	if (ret)
		return ret;
	words->elements = word_elements_alloc(words);
	if (!words->elements)
		return -ENOMEM;
	if (page)
		ret = kipc_memory_alloc(&words->memory, page);
	if (ret)
		return ret;
	word_init_all(words, value);
	return 0;
}

/**
 * kipc_words_free() - free what kipc_words_alloc() has allocated
 * @words: perhaps allocated only in part
 *
 * Context: may sleep
 */
void kipc_words_free(struct kipc_words *words)
{
	kipc_memory_free(&words->memory);
	if (words->elements != &words->only)
		kvfree(words->elements);
	words->elements = NULL;
}

/**
 * kipc_word_return() - make a word user-owned, unless it is kernel-only
 * @words: the words of an object
 * @e: one of its elements, locked and kernel-owned
 * @index: of @e
 *
 * Context: the lock of @e is held; does not sleep
 */
void kipc_word_return(const struct kipc_words *words, struct kipc_element *e,
		      u32 index)
{
	atomic64_t *word;

	kipc_assert_held(e);
	if (words->kernel_only)
		return;
	word = kipc_word_at(words, index);
	/*
	 * The page still says what it said before the claim. kipc_word_peek()
	 * reads the page as soon as it finds KIPC_SLOW clear in the record, so
	 * the value has to be there before. User space may not have it yet.
	 */
	atomic64_set(word, e->value);
	/* Pairs with the acquire in kipc_word_peek(). */
	smp_store_release(&e->value, e->value & ~KIPC_SLOW);
	/* Pairs with the acquiring compare-and-swap of a fast path. */
	atomic64_set_release(word, e->value);
}
