"""What a statement over results may be made of: functions that only compute a value, and kinds of clauses.

Functions are allowed by name, as DuckDB names them, because every release brings new ones that read files,
wait, log or look at the process. Left out on purpose: read_*, glob, query, query_table, sleep_ms, write_log,
current_setting, getvariable, nextval, json_execute_serialized_sql, duckdb_*, pragma_* and what else looks
around; PIVOT, whose columns are other statements; samples, whose rows differ from call to call.
"""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_AGGREGATES = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min
    arg_min_null argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if
    countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat grouping
    grouping_id histogram json_group_array json_group_object kahan_sum kurtosis kurtosis_pop last list listagg
    mad max max_by mean median min min_by mode percentile_cont percentile_disc product quantile
    quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
    wavg weighted_avg
"""
_WINDOWS = """
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""
_NUMBERS = """
    abs acos acosh add asin asinh atan atan2 atanh bin bit_count cbrt ceil ceiling cos cosh cot degrees divide
    equi_width_bins even exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor hash
    isfinite
    isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power
    radians random round round_even roundbankers setseed sign signbit sin sinh sqrt subtract tan tanh trunc
    xor
"""
_TEXT = """
    ascii bar base64 bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein decode editdist3 encode ends_with format format_bytes formatreadabledecimalsize
    formatreadablesize from_base64 from_binary from_hex hamming hex ilike_escape instr jaccard
    jaro_similarity jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein
    like_escape lower lpad ltrim md5 md5_number mismatches nfc_normalize not_ilike_escape not_like_escape
    octet_length ord overlay parse_filename parse_formatted_bytes position prefix printf regexp_escape
    regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table repeat replace reverse right right_grapheme rpad rtrim sha1 sha256 split split_part
    starts_with str_split str_split_regex string_split string_split_regex string_to_array strip_accents strlen
    strpos substr substring substring_grapheme suffix to_base to_base64 to_binary to_hex translate trim ucase
    unbin unhex unicode upper url_decode url_encode
"""
_TIMES = """
    age ago century current_date current_localtime current_localtimestamp current_time current_timestamp
    date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
    dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era extract
    get_current_time get_current_timestamp hour isodow isoyear julian last_day localtime localtimestamp
    make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond
    millennium millisecond minute month monthname nanosecond normalized_interval now quarter second strftime
    strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades to_hours
    to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp
    to_weeks to_years today transaction_timestamp try_strptime week weekday weekofyear year yearweek
"""
_CHOICES = """
    can_cast_implicitly cast coalesce constant_or_null error if ifnull nullif switch try try_cast typeof
    pg_typeof
"""
_LISTS = """
    array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains
    array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct
    array_dot_product array_extract array_filter array_grade_up array_has array_has_all array_has_any
    array_indexof array_inner_product array_intersect array_length array_pop_back array_pop_front
    array_position array_prepend array_push_back array_push_front array_reduce array_resize array_reverse
    array_reverse_sort array_select array_slice array_sort array_to_string array_transform array_unique
    array_value array_where array_zip apply cardinality element_at filter flatten generate_series
    generate_subscripts grade_up list_aggr list_aggregate list_any_value list_append list_apply list_avg
    list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains
    list_cosine_distance list_cosine_similarity list_count list_distance list_distinct list_dot_product
    list_element list_entropy list_extract list_filter list_first list_grade_up list_has list_has_all
    list_has_any list_histogram list_indexof list_inner_product list_intersect list_kurtosis list_last
    list_mad list_max list_median list_min list_mode list_pack list_position list_prepend list_product
    list_reduce list_resize list_reverse list_reverse_sort list_select list_sem list_skewness list_slice
    list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique
    list_value list_var_pop list_var_samp list_where list_zip map map_concat map_contains
    map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries map_keys
    map_values range reduce row struct_concat struct_contains struct_extract struct_extract_at struct_has
    struct_indexof struct_insert struct_keys struct_pack struct_position struct_update struct_values
    union_extract union_tag union_value unnest
"""
_JSON = """
    array_to_json from_json from_json_strict json json_array json_array_length json_contains json_each
    json_exists json_extract json_extract_path json_extract_path_text json_extract_string json_keys
    json_merge_patch json_object json_pretty json_quote json_structure json_transform json_transform_strict
    json_tree json_type json_valid json_value row_to_json to_json
"""
_IDS = "gen_random_uuid uuid uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7"

FUNCTIONS = frozenset().union(
    *map(listed, (_AGGREGATES, _WINDOWS, _NUMBERS, _TEXT, _TIMES, _CHOICES, _LISTS, _JSON, _IDS))
)
# Names of types: `decimal(18, 2)`, and conversions written as calls.
TYPES = listed(
    """
    array bigint bit blob bool boolean bpchar bytea char date datetime dec decimal double enum float
    float4 float8 hugeint int int1 int2 int4 int8 integer interval long map numeric real short signed smallint
    string struct text time timestamp timestamptz timetz tinyint ubigint uhugeint uinteger usmallint
    utinyint uuid varbinary varchar
    """
)
# Words that a parenthesis may follow although nothing is called.
OPENERS = listed(
    """
    all and any as asc between by case columns cube desc distinct else end escape except exclude exists
    filter from full group grouping_sets having ilike in inner intersect is join lateral left like limit
    not offset on or order outer over partition qualify recursive replace right rollup select semi anti sets
    similar some then to union using values when where window within key rename cross natural asof positional
    materialized name
    pivot unpivot
    """
)
# What may stand where a table is expected.
TABLE_FUNCTIONS = listed("range generate_series unnest json_each json_tree regexp_split_to_table")

# Clauses and expressions by the parser's class names. Calls that the parser knows are checked by their name
# in the text, see `select`.
FAMILIES = listed(
    """
    Select Union Except Intersect Values With CTE RecursiveWithSearch Subquery From Join Lateral Unnest Where
    Group Having Qualify Order Ordered Limit Offset Fetch Distinct Window WindowSpec GroupingSets Rollup Cube
    Tuple Paren Alias Aliases TableAlias Table Column Columns Identifier Star Literal Boolean Null Var
    DataType DataTypeParam ColumnDef Add Sub Mul Div IntDiv Mod Neg DPipe SafeDPipe Not EQ NEQ GT GTE LT LTE
    NullSafeEQ NullSafeNEQ Is Like ILike SimilarTo Escape Glob Between In Any All Exists Interval
    IntervalSpan AtTimeZone Filter WithinGroup IgnoreNulls RespectNulls FromTimeZone Collate Bracket Slice
    Array Struct PropertyEQ Kwarg Lambda Comprehension Dot KeyValue JSONKeyValue JSONPath JSONPathRoot
    JSONPathKey JSONPathSubscript JSONPathWildcard JSONPathSlice JSONPathRecursive And Or Xor Connector
    BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitwiseLeftShift BitwiseRightShift Pow Cast TryCast Case If
    ReplaceColumn ArrayContainsAll ArrayContainedBy ArrayOverlaps NullIf ToMap VarMap Map
    """
)
