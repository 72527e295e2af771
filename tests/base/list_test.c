/* SPDX-License-Identifier: MIT */
/* Intrusive lists and walks over them while they change. */
#include "suite.h"

#include <string.h>

#include "base/list.h"

#define NODES 6

struct node {
    int number;
    struct bight__list link;
};

/* A list of NODES nodes 0, 1, ... and the numbers that a walk visited. */
static struct bight__list list;
static struct node nodes[NODES];
static char visited[64];

static void setup(void)
{
    bight__list_init(&list);
    for (int i = 0; i < NODES; i++) {
        nodes[i].number = i;
        bight__list_push_back(&list, &nodes[i].link);
    }
    memset(visited, 0, sizeof visited);
}

static void teardown(void)
{
    ck_assert_ptr_null(bight__list_walks);
}

static struct node *visit(struct bight__list_cursor *cursor)
{
    struct bight__list *link = bight__list_walk_next(cursor);
    struct node *node = link ? bight__container(link, struct node, link) : NULL;

    if (node)
        visited[strlen(visited)] = (char)('0' + node->number);
    return node;
}

static void expect_list(const char *numbers)
{
    struct bight__list *link = &list;

    for (; *numbers; numbers++) {
        ck_assert_ptr_eq(link->next->prev, link);
        link = link->next;
        ck_assert_int_eq(bight__container(link, struct node, link)->number,
                         *numbers - '0');
    }
    ck_assert_ptr_eq(link->next, &list);
    ck_assert_ptr_eq(list.prev, link);
}

START_TEST(nodes_keep_the_order_they_were_pushed_in)
{
    expect_list("012345");
    bight__list_remove(&nodes[3].link);
    bight__list_push_front(&list, &nodes[3].link);
    expect_list("301245");
    ck_assert_ptr_eq(bight__list_first(&list), &nodes[3].link);
    ck_assert(!bight__list_empty(&list));
}
END_TEST

START_TEST(removing_twice_does_nothing)
{
    for (int i = 0; i < NODES; i++) {
        bight__list_remove(&nodes[i].link);
        bight__list_remove(&nodes[i].link);
    }
    ck_assert(bight__list_empty(&list));
    ck_assert_ptr_null(bight__list_first(&list));
}
END_TEST

START_TEST(a_walk_visits_each_node_once_in_order)
{
    struct bight__list_cursor cursor;

    bight__list_walk_begin(&cursor, &list);
    while (visit(&cursor))
        ;
    ck_assert_ptr_null(visit(&cursor));
    bight__list_walk_end(&cursor);
    ck_assert_str_eq(visited, "012345");
}
END_TEST

START_TEST(a_walk_over_nothing_visits_nothing)
{
    struct bight__list_cursor cursor;
    struct bight__list empty;

    bight__list_init(&empty);
    bight__list_walk_begin(&cursor, &empty);
    ck_assert_ptr_null(bight__list_walk_next(&cursor));
    bight__list_walk_end(&cursor);
    bight__list_walk_end(&cursor);
}
END_TEST

/* At each place of the walk each one node goes away. */
START_TEST(any_node_may_be_removed_at_any_time)
{
    for (int at = 0; at < NODES; at++) {
        for (int gone = 0; gone < NODES; gone++) {
            struct bight__list_cursor cursor;
            char expected[NODES + 1] = "";
            setup();
            bight__list_walk_begin(&cursor, &list);
            for (struct node *node; (node = visit(&cursor));) {
                if (node->number == at)
                    bight__list_remove(&nodes[gone].link);
            }
            bight__list_walk_end(&cursor);
            for (int i = 0; i < NODES; i++) {
                if (i != gone || gone <= at)
                    expected[strlen(expected)] = (char)('0' + i);
            }
            ck_assert_str_eq(visited, expected);
        }
    }
}
END_TEST

START_TEST(everything_may_be_removed_and_the_head_scribbled_over)
{
    struct bight__list_cursor cursor;

    bight__list_walk_begin(&cursor, &list);
    (void)visit(&cursor);
    (void)visit(&cursor);
    for (int i = NODES - 1; i >= 0; i--)
        bight__list_remove(&nodes[i].link);
    memset(&list, 0xee, sizeof list);
    memset(nodes, 0xee, sizeof nodes);
    ck_assert_ptr_null(visit(&cursor));
    bight__list_walk_end(&cursor);
    ck_assert_str_eq(visited, "01");
}
END_TEST

START_TEST(what_is_added_during_a_walk_is_not_visited)
{
    struct node more[2 * NODES];
    struct bight__list_cursor cursor;
    int added = 0;

    bight__list_walk_begin(&cursor, &list);
    for (struct node *node; (node = visit(&cursor));) {
        for (int i = 0; i < 2; i++)
            more[added + i].number = 9;
        bight__list_push_front(&list, &more[added++].link);
        bight__list_push_back(&list, &more[added++].link);
    }
    bight__list_walk_end(&cursor);
    ck_assert_str_eq(visited, "012345");
    expect_list("999999012345999999");
}
END_TEST

START_TEST(what_is_put_back_during_a_walk_is_not_visited_again)
{
    struct bight__list_cursor cursor;

    bight__list_walk_begin(&cursor, &list);
    for (struct node *node; (node = visit(&cursor));) {
        bight__list_remove(&node->link);
        bight__list_push_back(&list, &node->link);
        if (node->number == 2) {
            bight__list_remove(&nodes[5].link);
            bight__list_push_front(&list, &nodes[5].link);
        }
    }
    bight__list_walk_end(&cursor);
    ck_assert_str_eq(visited, "01234");
    expect_list("501234");
}
END_TEST

/* Inner walks remove what outer ones stand on. */
START_TEST(walks_nest)
{
    struct bight__list_cursor outer, inner;

    bight__list_walk_begin(&outer, &list);
    (void)visit(&outer);
    bight__list_walk_begin(&inner, &list);
    for (struct node *node; (node = visit(&inner));) {
        if (node->number == 1 || node->number == 2 || node->number == 5)
            bight__list_remove(&node->link);
    }
    bight__list_walk_end(&inner);
    while (visit(&outer))
        ;
    bight__list_walk_end(&outer);
    ck_assert_str_eq(visited, "0"
                              "012345"
                              "34");
}
END_TEST

START_TEST(walks_may_be_left_early_and_in_any_order)
{
    struct bight__list_cursor a, b, c;

    bight__list_walk_begin(&a, &list);
    bight__list_walk_begin(&b, &list);
    bight__list_walk_begin(&c, &list);
    (void)visit(&a);
    (void)visit(&b);
    bight__list_walk_end(&b);
    bight__list_walk_end(&a);
    bight__list_remove(&nodes[0].link);
    ck_assert_int_eq(visit(&c)->number, 1);
    bight__list_walk_end(&c);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("list");
    TCase *links = tcase_create("links");
    TCase *walks = tcase_create("walks");

    tcase_add_checked_fixture(links, setup, teardown);
    tcase_add_test(links, nodes_keep_the_order_they_were_pushed_in);
    tcase_add_test(links, removing_twice_does_nothing);
    suite_add_tcase(suite, links);

    tcase_add_checked_fixture(walks, setup, teardown);
    tcase_add_test(walks, a_walk_visits_each_node_once_in_order);
    tcase_add_test(walks, a_walk_over_nothing_visits_nothing);
    tcase_add_test(walks, any_node_may_be_removed_at_any_time);
    tcase_add_test(walks,
                   everything_may_be_removed_and_the_head_scribbled_over);
    tcase_add_test(walks, what_is_added_during_a_walk_is_not_visited);
    tcase_add_test(walks, what_is_put_back_during_a_walk_is_not_visited_again);
    tcase_add_test(walks, walks_nest);
    tcase_add_test(walks, walks_may_be_left_early_and_in_any_order);
    suite_add_tcase(suite, walks);
    return suite;
}
