package dev.ragkit.testkit;

import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import java.util.List;

/** Stores that understand one kind of filter wrongly. */
final class WrongFilters {
    private WrongFilters() {}

    /** Reads filters as they are meant. A wrong reader overrides one step. */
    static class Reader extends StoreRules {
        @Override
        boolean matches(Filter filter, Metadata metadata) {
            if (filter instanceof Filter.And and) {
                return and.filters().stream().allMatch(each -> matches(each, metadata));
            }
            if (filter instanceof Filter.Or or) {
                return or(or.filters(), metadata);
            }
            if (filter instanceof Filter.Not not) {
                return !matches(not.filter(), metadata);
            }
            return filter instanceof Filter.Compare compare ? compare(compare, metadata) : leaf(filter, metadata);
        }

        boolean or(List<Filter> filters, Metadata metadata) {
            return filters.stream().anyMatch(each -> matches(each, metadata));
        }

        boolean compare(Filter.Compare compare, Metadata metadata) {
            return compare.operator() == Filter.Operator.EQ
                    ? equal(metadata.value(compare.key()), compare, metadata)
                    : compare.matches(metadata);
        }

        boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
            return compare.matches(metadata);
        }

        boolean leaf(Filter filter, Metadata metadata) {
            return filter.matches(metadata);
        }
    }

    @CaughtBy({"notFindsWhereTheKeyIsAbsentOrOfAnotherKind", "randomFiltersFindWhatTheyMatch"})
    static final class ThreeValuedLogic extends WrongStore {
        ThreeValuedLogic() {
            super(new StoreRules() {
                @Override
                boolean matches(Filter filter, Metadata metadata) {
                    return SqlLogic.matches(filter, metadata);
                }
            });
        }
    }

    @CaughtBy("numbersCompareWhateverTheirType")
    static final class NumbersByType extends WrongStore {
        NumbersByType() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return compare.value().equals(held);
                }
            });
        }
    }

    @CaughtBy("numbersCompareWhateverTheirType")
    static final class NumbersAsDoubles extends WrongStore {
        NumbersAsDoubles() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return held instanceof Number number && compare.value() instanceof Number value
                            ? number.doubleValue() == value.doubleValue()
                            : compare.matches(metadata);
                }
            });
        }
    }

    @CaughtBy("stringsNeverEqualNumbersOrBooleans")
    static final class ValuesAsText extends WrongStore {
        ValuesAsText() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return compare.matches(metadata)
                            || compare.value().toString().equals(String.valueOf(held));
                }
            });
        }
    }

    @CaughtBy("stringsAreComparedWithTheirCase")
    static final class StringsWithoutCase extends WrongStore {
        StringsWithoutCase() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return held instanceof String text && compare.value() instanceof String value
                            ? text.equalsIgnoreCase(value)
                            : compare.matches(metadata);
                }
            });
        }
    }

    @CaughtBy("stringsAreOrderedByCodePoint")
    static final class StringsInTheOrderOfJava extends WrongStore {
        StringsInTheOrderOfJava() {
            super(new Reader() {
                @Override
                boolean compare(Filter.Compare compare, Metadata metadata) {
                    return metadata.value(compare.key()) instanceof String text
                                    && compare.value() instanceof String value
                                    && compare.operator() == Filter.Operator.GT
                            ? text.compareTo(value) > 0
                            : compare.matches(metadata);
                }
            });
        }
    }

    @CaughtBy({"equalityFindsStringsNumbersAndBooleans", "randomFiltersFindWhatTheyMatch"})
    static final class BooleansNeverEqual extends WrongStore {
        BooleansNeverEqual() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return !(held instanceof Boolean) && compare.matches(metadata);
                }
            });
        }
    }

    @CaughtBy({"equalityDoesNotLookIntoLists", "randomFiltersFindWhatTheyMatch"})
    static final class EqualityLooksIntoLists extends WrongStore {
        EqualityLooksIntoLists() {
            super(new Reader() {
                @Override
                boolean equal(Object held, Filter.Compare compare, Metadata metadata) {
                    return compare.matches(metadata) || held instanceof List<?> list && list.contains(compare.value());
                }
            });
        }
    }

    @CaughtBy("containsLooksIntoListsOnly")
    static final class ContainsPartsOfText extends WrongStore {
        ContainsPartsOfText() {
            super(new Reader() {
                @Override
                boolean leaf(Filter filter, Metadata metadata) {
                    return filter instanceof Filter.Contains contains
                            ? String.valueOf(metadata.value(contains.key())).contains(contains.element())
                            : filter.matches(metadata);
                }
            });
        }
    }

    @CaughtBy("inFindsAnyOfItsValues")
    static final class AnEmptyInMatchesAll extends WrongStore {
        AnEmptyInMatchesAll() {
            super(new Reader() {
                @Override
                boolean leaf(Filter filter, Metadata metadata) {
                    return filter instanceof Filter.In in && in.values().isEmpty() || filter.matches(metadata);
                }
            });
        }
    }

    @CaughtBy("existsLooksAtTheKeyOnly")
    static final class EmptyValuesDoNotExist extends WrongStore {
        EmptyValuesDoNotExist() {
            super(new Reader() {
                @Override
                boolean leaf(Filter filter, Metadata metadata) {
                    return filter instanceof Filter.Exists exists
                            ? filter.matches(metadata) && !"".equals(metadata.value(exists.key()))
                            : filter.matches(metadata);
                }
            });
        }
    }

    @CaughtBy({"andAndOrCombine", "randomFiltersFindWhatTheyMatch"})
    static final class OrMeansAnd extends WrongStore {
        OrMeansAnd() {
            super(new Reader() {
                @Override
                boolean or(List<Filter> filters, Metadata metadata) {
                    return !filters.isEmpty() && filters.stream().allMatch(each -> matches(each, metadata));
                }
            });
        }
    }

    @CaughtBy({"noConditionsMeanAllForAndAndNothingForOr", "randomFiltersFindWhatTheyMatch"})
    static final class AnEmptyOrMatchesAll extends WrongStore {
        AnEmptyOrMatchesAll() {
            super(new Reader() {
                @Override
                boolean or(List<Filter> filters, Metadata metadata) {
                    return filters.isEmpty() || super.or(filters, metadata);
                }
            });
        }
    }

    @CaughtBy("theLargestTreesAreTaken")
    static final class SixteenLevelsOnly extends WrongStore {
        SixteenLevelsOnly() {
            super(new Reader() {
                private int level;

                @Override
                boolean matches(Filter filter, Metadata metadata) {
                    level++;
                    try {
                        if (level > 16) {
                            throw new IllegalArgumentException("a filter must have at most 16 levels");
                        }
                        return super.matches(filter, metadata);
                    } finally {
                        level--;
                    }
                }
            });
        }
    }
}
